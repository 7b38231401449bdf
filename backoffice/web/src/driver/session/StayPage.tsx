import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { dateTime, duration, money } from "../../kit/format";
import { useLive } from "../../kit/live";
import { Badge, Banner, Card, ProblemNote, Skeleton } from "../../kit/ui";
import { PriceLine } from "../place/Estimate";
import { bay, place, stay } from "../queries";
import { PageHead } from "../shell/PageHead";
import { useSessionTexts } from "./texts";
import { useNow } from "./useNow";
import "./session.css";

const route = getRouteApi("/mine/stays/$stayId");
const EVERY_MS = 15_000;

/** A vehicle's stay in a bay: for how long, and what it has come to. */
export function StayPage() {
  const texts = useSessionTexts();
  const { stayId } = route.useParams();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    ...stay(stayId),
    refetchInterval: ({ state }) => (state.data?.state === "completed" ? false : EVERY_MS),
  });
  const where = useQuery({ ...place(data?.location_id ?? ""), enabled: data !== undefined });
  const there = useQuery({ ...bay(data?.bay_id ?? ""), enabled: data !== undefined });
  useLive(data === undefined ? null : `/api/v1/parking-sessions/${encodeURIComponent(stayId)}/events`, () => {
    void client.invalidateQueries({ queryKey: ["stay", stayId] });
    void client.invalidateQueries({ queryKey: ["sessions"] });
  });
  const now = useNow(data?.state === "parked");
  if (data === undefined) {
    return (
      <div className="page page-narrow">
        {error === null ? <Skeleton height="14rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const seconds = ((data.ended_at === null ? now : Date.parse(data.ended_at)) - Date.parse(data.started_at)) / 1000;
  const maxStay = there.data?.max_stay_s ?? null;
  const isParked = data.state === "parked";
  return (
    <div className="page page-narrow">
      <PageHead
        title={where.data?.name ?? texts.stay}
        note={there.data?.name ?? data.bay_id}
        aside={
          <span role="status">
            <Badge tone={isParked ? "busy" : "off"}>{texts.stayState[data.state]}</Badge>
          </span>
        }
      />
      {isParked && maxStay !== null && seconds > maxStay && <Banner tone="warn">{texts.overMaxStay}</Banner>}
      <Card>
        <dl className="live">
          <div className="live-main">
            <dt>{texts.time}</dt>
            <dd className="figure">{duration(seconds)}</dd>
          </div>
          <div className="live-main">
            <dt>{isParked ? texts.cost : texts.total}</dt>
            <dd className="figure">{data.currency === "" ? "–" : money(data.cost_incl_vat, data.currency)}</dd>
          </div>
        </dl>
        {isParked && (
          <p className="quiet small">
            {texts.stayNote} {maxStay === null ? "" : texts.maxStay(duration(maxStay))}
          </p>
        )}
        {data.lines.length > 0 && (
          <dl className="estimate-lines">
            {data.lines.map((line, index) => (
              <PriceLine key={index} line={line} currency={data.currency} />
            ))}
          </dl>
        )}
        <dl className="facts">
          <dt>{texts.began}</dt>
          <dd>{dateTime(data.started_at)}</dd>
          {data.ended_at !== null && (
            <>
              <dt>{texts.ended}</dt>
              <dd>{dateTime(data.ended_at)}</dd>
            </>
          )}
        </dl>
        {data.state === "completed" && (
          <Link to="/receipts/$sessionId" params={{ sessionId: stayId }} className="button" data-kind="main">
            {texts.receipt}
          </Link>
        )}
      </Card>
    </div>
  );
}
