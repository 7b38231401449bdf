import { useQuery } from "@tanstack/react-query";
import { readHealth } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { count } from "../../../kit/format";
import { answered } from "../../../kit/problem";
import { Badge, Banner, Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { sorted, Table } from "../../parts/Listing";
import { Page } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: { loading: "Asking every part", well: "Every part is well.", unwell: "Something is not as it should be.", services: "Services", streams: "Streams", nodes: "Gateways", database: "Database", bus: "Bus", there: "there", away: "away" },
  de: { loading: "Jeder Teil wird gefragt", well: "Alle Teile sind wohlauf.", unwell: "Etwas ist nicht, wie es sein sollte.", services: "Dienste", streams: "Ströme", nodes: "Gateways", database: "Datenbank", bus: "Bus", there: "da", away: "weg" },
});

export default function Health() {
  const texts = useTexts();
  const titles = useShellTexts();
  const [search, change] = useUrl();
  const query = useQuery({ queryKey: ["health"], refetchInterval: 5000, queryFn: () => answered(readHealth()) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  const { is_well: isWell, services, streams, nodes, is_database_there: database, is_bus_there: bus } = query.data;
  const rows = services.map((one) => ({
    service: one.service,
    is_there: one.is_there,
    revision: one.revision ?? "",
    lag: (one.partitions ?? []).reduce((sum, part) => sum + (part.lag ?? 0), 0),
    dead_letters: (one.partitions ?? []).reduce((sum, part) => sum + part.dead_letters, 0),
    parked_events: (one.partitions ?? []).reduce((sum, part) => sum + part.parked_events, 0),
    outbox_waiting: one.outbox_waiting ?? 0,
    workers: (one.workers ?? []).filter((worker) => worker.recovered_at === null).map((worker) => `${worker.worker}: ${worker.reason}`),
  }));
  return (
    <Page
      title={titles.health}
      aside={
        <>
          <Badge tone={database ? "good" : "bad"}>{`${texts.database} ${database ? texts.there : texts.away}`}</Badge>
          <Badge tone={bus ? "good" : "bad"}>{`${texts.bus} ${bus ? texts.there : texts.away}`}</Badge>
        </>
      }
    >
      <Banner tone={isWell ? "good" : "bad"}>{isWell ? texts.well : texts.unwell}</Banner>
      <Card title={texts.services}>
        <Table
          label={texts.services}
          columns={[
            "service",
            { name: "is_there", cell: (one) => <Badge tone={one.is_there ? "good" : "bad"}>{one.is_there ? texts.there : texts.away}</Badge> },
            "lag",
            "dead_letters",
            "parked_events",
            "outbox_waiting",
            "workers",
            "revision",
          ]}
          rows={sorted(rows, search["sort"])}
          rowKey={(one) => one.service}
          sort={search["sort"]}
          onSort={(sort) => change({ sort })}
        />
      </Card>
      <div className="columns">
        <Card title={texts.streams}>
          <Table
            label={texts.streams}
            columns={["name", { name: "messages", cell: (one) => count(one.messages) }, { name: "size_bytes", cell: (one) => `${count(one.size_bytes / 1024)} KiB` }, "fill_percent"]}
            rows={streams}
            rowKey={(one) => one.name}
          />
        </Card>
        <Card title={texts.nodes}>
          <Table label={texts.nodes} columns={["node", "stations"]} rows={nodes} rowKey={(one) => one.node} />
        </Card>
      </div>
    </Page>
  );
}
