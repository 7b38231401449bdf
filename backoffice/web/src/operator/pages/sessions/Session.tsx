import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { listAllReadings, readReceipt, readSession } from "../../../api/sdk.gen";
import type { SessionView } from "../../../api/types.gen";
import { power } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { Plot } from "../../../kit/plot";
import { answered } from "../../../kit/problem";
import { Badge, Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Operation } from "../../parts/Operation";
import { Facts, Page, Tabs } from "../../parts/Page";
import { PriceLines } from "../../parts/PriceLines";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { Evidence } from "./Evidence";

const useTexts = textsOf({
  en: {
    loading: "Loading the session", facts: "Session", evidence: "Evidence", stop: "Stop", credit: "Credit", power: "Power over time",
    creditWhy: "The session costs nothing: a credit record is made, and what was paid goes back.", lines: "Price", running: "What it costs is known as it runs; the lines come at its end.",
    invoice: "Invoice", noPower: "No readings of power yet",
  },
  de: {
    loading: "Ladevorgang wird geladen", facts: "Ladevorgang", evidence: "Belege", stop: "Beenden", credit: "Gutschreiben", power: "Leistung über die Zeit",
    creditWhy: "Der Ladevorgang kostet nichts: Ein Gutschriftsatz entsteht, und Bezahltes geht zurück.", lines: "Preis", running: "Die Kosten laufen mit; die Zeilen kommen am Ende.",
    invoice: "Rechnung", noPower: "Noch keine Messwerte der Leistung",
  },
});

export default function SessionPage() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ["session", id],
    queryFn: () => answered(readSession({ path: { session_id: id } })),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : 15_000),
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  const session = query.data;
  const params = { session_id: id };
  return (
    <Page
      title={`${titles.session} …${id.slice(-8)}`}
      aside={
        <>
          <State value={session.state} />
          {session.flags.map((flag) => (
            <Badge key={flag} tone="warn">
              {flag}
            </Badge>
          ))}
        </>
      }
      actions={
        <>
          {may("sessions:stop") && session.ended_at === null && (
            <Operation to="POST /api/v1/sessions/{session_id}/stop" params={params} label={texts.stop} kind="bad" isForm={false} changes={["session", "sessions"]} />
          )}
          {may("billing:write") && session.state === "completed" && (
            <Operation to="POST /api/v1/sessions/{session_id}/credit" params={params} label={texts.credit} explain={texts.creditWhy} changes={["session", "evidence", "invoices"]} />
          )}
          {may("invoices:read") && session.state === "completed" && <InvoiceLink session={id} />}
        </>
      }
    >
      <Tabs
        label={titles.session}
        tabs={[
          { name: "facts", title: texts.facts, content: () => <Overview session={session} /> },
          { name: "evidence", title: texts.evidence, isShown: may("evidence:read"), content: () => <Evidence id={id} /> },
        ]}
      />
    </Page>
  );
}

function InvoiceLink({ session }: { session: string }) {
  const texts = useTexts();
  const query = useQuery({
    queryKey: ["invoices", "of-session", session],
    retry: false,
    queryFn: () => answered(readReceipt({ path: { session_id: session } })),
  });
  if (query.data === undefined) return null;
  const { id, number } = query.data.invoice;
  return (
    <Link to={"/invoices/$id" as "/"} params={{ id } as never} className="button" data-kind="plain" data-size="small">
      {`${texts.invoice} ${number}`}
    </Link>
  );
}

function Overview({ session }: { session: SessionView }) {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      <Card>
        <Facts
          of={session}
          names={["station_id", "evse", "driver_id", "token", "started_at", "ended_at", "energy_wh", "power_w", "state_of_charge_percent", "cost_incl_vat", "tariff_id", "tariff_version", "stopped_reason", "transaction_id"]}
        />
      </Card>
      {may("telemetry:read") && <PowerCurve session={session} />}
      <Card title={texts.lines}>
        {session.lines.length === 0 ? (
          <p className="quiet">{texts.running}</p>
        ) : (
          <PriceLines lines={session.lines} currency={session.currency} />
        )}
      </Card>
    </>
  );
}

function PowerCurve({ session }: { session: SessionView }) {
  const texts = useTexts();
  const query = useQuery({
    queryKey: ["session", session.id, "power"],
    refetchInterval: session.ended_at === null ? 15_000 : false,
    queryFn: () =>
      answered(
        listAllReadings({
          query: {
            station_id: session.station_id,
            transaction_id: session.transaction_id,
            measurand: "Power.Active.Import",
            from: session.started_at,
            limit: 500,
          },
        }),
      ),
  });
  const readings = useMemo(
    () => [...(query.data?.items ?? [])].filter((one) => one.phase === null).sort((one, other) => one.measured_at.localeCompare(other.measured_at)),
    [query.data],
  );
  return (
    <Card title={texts.power}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="12rem" label={texts.power} />}
      {query.data !== undefined && readings.length < 2 && <p className="quiet">{texts.noPower}</p>}
      {readings.length > 1 && (
        <Plot
          label={texts.power}
          times={readings.map((one) => new Date(one.measured_at).getTime() / 1000)}
          series={[{ label: "W", format: power, colour: "accent", values: readings.map((one) => Number(one.value)) }]}
        />
      )}
    </Card>
  );
}
