import { useQuery } from "@tanstack/react-query";
import { listStationEvents, readStationHealth } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Listing, Table } from "../../parts/Listing";
import { Facts } from "../../parts/Page";
import { summaryOf } from "./frames";
import { useStationTexts } from "./texts";

const useTexts = textsOf({
  en: { offline: "Was offline", never: "It was never offline", events: "What it reported" },
  de: { offline: "War offline", never: "Sie war nie offline", events: "Was sie gemeldet hat" },
});

export function Health({ id }: { id: string }) {
  const texts = useTexts();
  const station = useStationTexts();
  const query = useQuery({ queryKey: ["station-health", id], queryFn: () => answered(readStationHealth({ path: { station_id: id } })) });
  return (
    <>
      <Card title={station.health}>
        {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton label={station.health} />}
        {query.data !== undefined && (
          <>
            <Facts of={query.data} names={["last_seen_at", "booted_at", "boots", "faults", "security_events", "refused_connections", "offline_s", "clock_ahead_s"]} />
            <h3>{texts.offline}</h3>
            {query.data.offline.length === 0 ? (
              <p className="quiet">{texts.never}</p>
            ) : (
              <Table label={texts.offline} columns={["begin", "end"]} rows={query.data.offline} rowKey={(one) => one.begin} />
            )}
          </>
        )}
      </Card>
      <Card title={texts.events}>
        <Listing
          label={texts.events}
          queryKey={["station-events", id]}
          load={(asked) => answered(listStationEvents({ path: { station_id: id }, query: asked }))}
          columns={["occurred_at", "event_type", { name: "data", cell: (one) => <span className="small">{summaryOf(one.data)}</span> }]}
          rowKey={(one) => one.event_id}
        />
      </Card>
    </>
  );
}
