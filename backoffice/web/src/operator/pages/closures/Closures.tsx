import { useQuery } from "@tanstack/react-query";
import { listClosures } from "../../../api/sdk.gen";
import type { ClosureView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Operation } from "../../parts/Operation";
import { Page } from "../../parts/Page";
import { type Days, type Lane, Timeline, useDays } from "../../parts/Timeline";
import { toneOf } from "../../parts/tones";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { ClosureList, placesOf } from "./ClosureList";

const DAYS = 14;

const useTexts = textsOf({
  en: { plan: "Plan a closure", empty: "Nothing is closed in these days", loading: "Loading closures" },
  de: { plan: "Sperrung planen", empty: "In diesen Tagen ist nichts gesperrt", loading: "Sperrungen werden geladen" },
});

export default function Closures() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const shown = useDays(DAYS);
  const query = useQuery({ queryKey: ["closures", "plan"], queryFn: () => answered(listClosures({ query: { limit: 500 } })) });
  const lanes = lanesOf(query.data?.items ?? [], shown);
  return (
    <Page title={titles.closures} actions={may("stations:write") && <Operation to="POST /api/v1/closures" label={texts.plan} kind="main" changes={["closures"]} />}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.loading} />}
      {query.data !== undefined && <Timeline label={titles.closures} shown={shown} lanes={lanes} />}
      {query.data !== undefined && lanes.length === 0 && <Empty title={texts.empty} />}
      <ClosureList />
    </Page>
  );
}

function lanesOf(closures: ReadonlyArray<ClosureView>, { begin, end }: Days): ReadonlyArray<Lane> {
  const shown = closures.filter(
    (one) => one.state !== "called_off" && new Date(one.since) < end && (one.until === null || new Date(one.until) > begin),
  );
  const names = [...new Set(shown.map((one) => one.location_id))].sort();
  return names.map((name) => ({
    name,
    bars: shown
      .filter((one) => one.location_id === name)
      .map((one) => ({
        id: one.closure_id,
        begin: one.since,
        end: one.until,
        tone: one.kind === "outage" ? ("bad" as const) : toneOf(one.state),
        label: `${placesOf(one)} ${one.reason}`.trim(),
      })),
  }));
}
