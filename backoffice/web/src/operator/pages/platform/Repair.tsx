import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listDeadLetters, listParked, listQuarantined, showDeadLetter } from "../../../api/sdk.gen";
import type { DeadLetterView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Banner, Button, Dialog, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters, Listing, sorted, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: {
    letters: "Dead letters", parked: "Parked", quarantine: "Quarantine", noLetters: "No event was refused", noParked: "Nothing is parked", noQuarantine: "No message is in quarantine",
    replay: "Replay", drop: "Drop", release: "Release", show: "Show", missing: "Could not be asked:", dropWhy: "The event is given up; the reason stays in the audit log.",
    replayWhy: "The service takes the event in again, as if it came now.", releaseWhy: "What waits is taken in again, in order.", event: "Event", loading: "Asking every service",
  },
  de: {
    letters: "Unzustellbar", parked: "Geparkt", quarantine: "Quarantäne", noLetters: "Kein Ereignis wurde abgelehnt", noParked: "Nichts ist geparkt", noQuarantine: "Keine Nachricht ist in Quarantäne",
    replay: "Wiederholen", drop: "Verwerfen", release: "Freigeben", show: "Zeigen", missing: "Nicht erreichbar:", dropWhy: "Das Ereignis wird aufgegeben; der Grund bleibt im Prüfprotokoll.",
    replayWhy: "Der Dienst nimmt das Ereignis noch einmal auf, als käme es jetzt.", releaseWhy: "Was wartet, wird der Reihe nach wieder aufgenommen.", event: "Ereignis", loading: "Jeder Dienst wird gefragt",
  },
});

export default function Repair() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.repair}>
      <Tabs
        label={titles.repair}
        tabs={[
          { name: "letters", title: texts.letters, content: () => <DeadLetters /> },
          { name: "parked", title: texts.parked, content: () => <Parked /> },
          { name: "quarantine", title: texts.quarantine, content: () => <Quarantine /> },
        ]}
      />
    </Page>
  );
}

function DeadLetters() {
  const texts = useTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const query = useQuery({
    queryKey: ["dead-letters", search["service"] ?? ""],
    refetchInterval: 15_000,
    queryFn: () => answered(listDeadLetters({ query: { service: search["service"], limit: 200 } })),
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="12rem" label={texts.loading} />;
  const { items, totals, missing } = query.data;
  const paramsOf = (one: DeadLetterView) => ({ service: one.service, partition: one.partition, stream_seq: String(one.stream_seq) });
  const at = "/api/v1/admin/dead-letters/{service}/{partition}/{stream_seq}";
  return (
    <>
      <Missing services={missing} />
      <Filters filters={[{ name: "service", values: Object.keys(totals) }]} search={search} onChange={change} />
      {items.length === 0 ? (
        <Empty title={texts.noLetters} />
      ) : (
        <Table
          label={texts.letters}
          columns={["service", "event_type", "reason", "received_at", "stream_seq"]}
          rows={sorted(items, search["sort"])}
          rowKey={(one) => `${one.service} ${one.partition} ${one.stream_seq}`}
          sort={search["sort"]}
          onSort={(sort) => change({ sort })}
          actions={(one) => (
            <>
              <Show letter={one} />
              {may("platform:write") && (
                <>
                  <Operation to={`POST ${at}/replay`} params={paramsOf(one)} label={texts.replay} explain={texts.replayWhy} changes={["dead-letters"]} />
                  <Operation to={`POST ${at}/drop`} params={paramsOf(one)} label={texts.drop} kind="bad" explain={texts.dropWhy} changes={["dead-letters"]} />
                </>
              )}
            </>
          )}
        />
      )}
    </>
  );
}

function Missing({ services }: { services: ReadonlyArray<string> }) {
  const texts = useTexts();
  return services.length === 0 ? null : <Banner tone="warn">{`${texts.missing} ${services.join(", ")}`}</Banner>;
}

function Show({ letter }: { letter: DeadLetterView }) {
  const texts = useTexts();
  const [isOpen, open] = useState(false);
  const { service, partition, stream_seq } = letter;
  const query = useQuery({
    queryKey: ["dead-letters", service, partition, stream_seq],
    enabled: isOpen,
    queryFn: () => answered(showDeadLetter({ path: { service, partition, stream_seq } })),
  });
  return (
    <>
      <Button size="small" onClick={() => open(true)}>
        {texts.show}
      </Button>
      {isOpen && (
        <Dialog title={texts.event} onClose={() => open(false)}>
          {query.error !== null && <ProblemNote error={query.error} />}
          {query.isPending && <Skeleton label={texts.event} />}
          {query.data !== undefined && <pre className="answer">{query.data.text ?? JSON.stringify(query.data.event, null, 2)}</pre>}
        </Dialog>
      )}
    </>
  );
}

function Parked() {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["parked"], refetchInterval: 15_000, queryFn: () => answered(listParked({ query: { limit: 200 } })) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="12rem" label={texts.loading} />;
  return (
    <>
      <Missing services={query.data.missing} />
      {query.data.items.length === 0 ? (
        <Empty title={texts.noParked} />
      ) : (
        <Table
          label={texts.parked}
          columns={["service", "partition", "subject", "events", "reason", "since"]}
          rows={query.data.items}
          rowKey={(one) => `${one.service} ${one.partition} ${one.subject}`}
          actions={(one) =>
            may("platform:write") && (
              <Operation
                to="POST /api/v1/admin/parked/release"
                label={texts.release}
                explain={texts.releaseWhy}
                initial={{ service: one.service, partition: one.partition, subject: one.subject }}
                hidden={["service", "partition", "subject"]}
                changes={["parked"]}
              />
            )
          }
        />
      )}
    </>
  );
}

function Quarantine() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.quarantine}
      queryKey={["quarantine"]}
      load={({ station_id, cursor }) => answered(listQuarantined({ query: { station_id, cursor } }))}
      filters={[{ name: "station_id" }]}
      columns={["received_at", "station_id", "action", "reason", "answer", { name: "text", cell: (one) => <code className="small">{one.text}</code> }]}
      rowKey={(one) => one.id}
      empty={<Empty title={texts.noQuarantine} />}
    />
  );
}
