import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { readIntent } from "../../api/sdk.gen";
import type { IntentState, IntentView } from "../../api/types.gen";
import { clockTime } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Banner, Card, ProblemNote, Skeleton } from "../../kit/ui";
import { PageHead } from "../shell/PageHead";
import { useSessionTexts } from "./texts";
import "./session.css";

const route = getRouteApi("/mine/starting/$intentId");
const EVERY_MS = 1000;
const OVER: ReadonlySet<IntentState> = new Set(["failed", "expired", "started"]);

/** From the tap until the station says that it charges; then the session takes this page's place. */
export function StartingPage() {
  const texts = useSessionTexts();
  const { intentId } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: intent, error, refetch } = useQuery({
    queryKey: ["intent", intentId],
    queryFn: () => answered(readIntent({ path: { intent_id: intentId } })),
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data) ? false : EVERY_MS),
  });
  const sessionId = intent?.session_id ?? null;
  useEffect(() => {
    if (sessionId === null) return;
    void client.invalidateQueries({ queryKey: ["sessions"] });
    void navigate({ to: "/sessions/$sessionId", params: { sessionId }, replace: true });
  }, [sessionId, client, navigate]);
  if (intent === undefined) {
    return (
      <div className="page page-narrow">
        {error === null ? <Skeleton height="12rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const hasFailed = intent.state === "failed" || intent.state === "expired";
  return (
    <div className="page page-narrow">
      <PageHead title={hasFailed ? texts.failed : texts.starting} note={`${intent.station_id} · ${intent.evse}`} />
      {hasFailed ? (
        <Card>
          <Banner tone="bad">{intent.state === "expired" ? texts.expired : intent.detail || texts.failed}</Banner>
          <Link
            to="/evse/$stationId/$evse"
            params={{ stationId: intent.station_id, evse: String(intent.evse) }}
            className="button"
            data-kind="main"
          >
            {texts.again}
          </Link>
        </Card>
      ) : (
        <Card>
          <Steps intent={intent} />
          <p className="quiet small">
            {texts.plugHint} {texts.until(clockTime(intent.expires_at))}
          </p>
        </Card>
      )}
    </div>
  );
}

const DONE_BY: Record<IntentState, number> = { requested: 0, payment_held: 1, commanded: 2, started: 4, failed: 0, expired: 0 };

function Steps({ intent }: { intent: IntentView }) {
  const texts = useSessionTexts();
  const done = DONE_BY[intent.state];
  return (
    <ol className="steps" aria-live="polite">
      {Object.entries(texts.steps).map(([name, text], index) => (
        <li key={name} data-step={index < done ? "done" : index === done ? "now" : "later"}>
          {text}
        </li>
      ))}
    </ol>
  );
}

function isOver(intent: IntentView): boolean {
  return OVER.has(intent.state) && (intent.state !== "started" || intent.session_id !== null);
}
