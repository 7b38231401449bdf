import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { stopSession } from "../../api/sdk.gen";
import type { SessionState, SessionView } from "../../api/types.gen";
import { dateTime, duration, energy, money, percent, power } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Badge, Banner, Button, Card, ProblemNote, Skeleton, type Tone } from "../../kit/ui";
import { PriceLine } from "../place/Estimate";
import { session as sessionQuery, station, vehicles } from "../queries";
import { PageHead } from "../shell/PageHead";
import { PowerCurve } from "./PowerCurve";
import { secondsUntilFull, type Story, useStory } from "./story";
import { useSessionTexts } from "./texts";
import { useNow } from "./useNow";
import "./session.css";

const route = getRouteApi("/mine/sessions/$sessionId");
const TONES: Record<SessionState, Tone> = {
  awaiting_start: "busy",
  charging: "good",
  suspended: "warn",
  ending: "busy",
  completed: "off",
  unauthorised: "bad",
};
const OVER: ReadonlySet<SessionState> = new Set(["completed", "unauthorised"]);

export function SessionPage() {
  const texts = useSessionTexts();
  const { sessionId } = route.useParams();
  const { data, error, refetch } = useQuery({ ...sessionQuery(sessionId), refetchInterval: askAgainWhile });
  const story = useStory(sessionId);
  const place = useQuery({ ...station(data?.station_id ?? ""), enabled: data !== undefined });
  if (data === undefined) {
    return (
      <div className="page">
        {error === null ? <Skeleton height="20rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const isOver = OVER.has(data.state);
  const price = place.data?.evses.find((one) => one.evse === data.evse)?.price ?? null;
  return (
    <div className="page">
      <PageHead
        title={place.data?.location.name ?? data.station_id}
        note={`${data.station_id} · ${data.evse}`}
        aside={
          <span role="status" className="row">
            {!isOver && story.live === "broken" && <span className="quiet small">{texts.broken}</span>}
            <Badge tone={TONES[data.state]}>{texts.state[data.state]}</Badge>
          </span>
        }
      />
      {!isOver && <IdleNote session={data} story={story} perHour={price?.per_hour_parked ?? null} />}
      <div className="columns">
        <Card>
          <Figures session={data} story={story} isOver={isOver} />
          {!isOver && <StopButton session={data} />}
          {data.state === "completed" && (
            <Link to="/receipts/$sessionId" params={{ sessionId }} className="button" data-kind="main">
              {texts.receipt}
            </Link>
          )}
        </Card>
        <Card title={texts.curve}>
          <PowerCurve moments={story.moments} none={texts.curveNone} label={texts.curve} power={texts.power} />
        </Card>
        <Details session={data} />
      </div>
    </div>
  );
}

/** Events move it; once it ends the bill is asked for until it is there, should an event have been missed. */
function askAgainWhile({ state }: { state: { data: SessionView | undefined } }): number | false {
  if (state.data === undefined || OVER.has(state.data.state)) return false;
  return state.data.state === "ending" ? 2000 : 15_000;
}

function Figures({ session, story, isOver }: { session: SessionView; story: Story; isOver: boolean }) {
  const texts = useSessionTexts();
  const now = useNow(!isOver);
  const cars = useQuery({ ...vehicles(), enabled: !isOver });
  const battery = cars.data?.find((one) => one.is_default)?.battery_wh ?? null;
  const left = isOver ? null : secondsUntilFull(story.moments, battery);
  const end = session.ended_at === null ? now : Date.parse(session.ended_at);
  const soc = session.state_of_charge_percent;
  return (
    <>
      <dl className="live">
        <div className="live-main">
          <dt>{texts.energy}</dt>
          <dd className="figure">{energy(session.energy_wh)}</dd>
        </div>
        <div className="live-main">
          <dt>{isOver ? texts.total : texts.cost}</dt>
          <dd className="figure">{session.currency === "" ? "–" : money(session.cost_incl_vat, session.currency)}</dd>
        </div>
        {!isOver && (
          <div>
            <dt>{texts.power}</dt>
            <dd>{session.power_w === null ? "–" : power(session.power_w)}</dd>
          </div>
        )}
        <div>
          <dt>{texts.time}</dt>
          <dd>{session.started_at === null ? "–" : duration((end - Date.parse(session.started_at)) / 1000)}</dd>
        </div>
        {left !== null && (
          <div>
            <dt>{texts.left}</dt>
            <dd>{texts.leftAbout(duration(left))}</dd>
          </div>
        )}
      </dl>
      {soc !== null && (
        <div className="soc">
          <div className="spread">
            <span className="quiet small">{texts.soc}</span>
            <strong className="number">{percent(soc)}</strong>
          </div>
          <progress className="progress" max={100} value={Number(soc)} aria-label={texts.soc} />
        </div>
      )}
    </>
  );
}

function IdleNote({ session, story, perHour }: { session: SessionView; story: Story; perHour: string | null }) {
  const texts = useSessionTexts();
  if (session.state !== "suspended") return null;
  const cost = perHour === null || session.currency === "" ? "" : texts.idleCost(money(perHour, session.currency));
  if (story.idleSince === null) return <Banner tone="busy">{texts.suspended}</Banner>;
  return (
    <Banner tone="warn">
      {texts.idle} {cost}
    </Banner>
  );
}

/** It says at the tap that it stops, and takes it back only if the station refuses. */
function StopButton({ session }: { session: SessionView }) {
  const texts = useSessionTexts();
  const client = useQueryClient();
  const { queryKey } = sessionQuery(session.id);
  const stop = useMutation({
    mutationFn: () => answered(stopSession({ path: { session_id: session.id } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["sessions"] }),
    onSettled: () => void client.invalidateQueries({ queryKey }),
  });
  const isStopping = stop.isPending || stop.isSuccess || session.state === "ending";
  return (
    <>
      {stop.error !== null && <ProblemNote error={stop.error} />}
      <Button kind={isStopping ? "plain" : "bad"} disabled={isStopping} onClick={() => stop.mutate()}>
        {isStopping ? texts.stopping : texts.stop}
      </Button>
      <p className="quiet small" role="status">
        {stop.isSuccess ? texts.stopped : ""}
      </p>
    </>
  );
}

function Details({ session }: { session: SessionView }) {
  const texts = useSessionTexts();
  return (
    <Card title={session.lines.length > 0 ? texts.lines : undefined}>
      {session.lines.length > 0 && (
        <>
          <dl className="estimate-lines">
            {session.lines.map((line, index) => (
              <PriceLine key={index} line={line} currency={session.currency} />
            ))}
          </dl>
          <hr />
        </>
      )}
      <dl className="facts">
        <dt>{texts.began}</dt>
        <dd>{session.started_at === null ? "–" : dateTime(session.started_at)}</dd>
        {session.ended_at !== null && (
          <>
            <dt>{texts.ended}</dt>
            <dd>{dateTime(session.ended_at)}</dd>
          </>
        )}
        {session.stopped_reason !== null && session.stopped_reason !== "" && (
          <>
            <dt>{texts.reason}</dt>
            <dd>{texts.reasons[session.stopped_reason] ?? session.stopped_reason}</dd>
          </>
        )}
        {session.tariff_id !== null && (
          <>
            <dt>{texts.tariff}</dt>
            <dd>{session.tariff_id}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}
