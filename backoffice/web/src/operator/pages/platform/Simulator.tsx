/** The fleet of simulated stations beside a demo: what it does, and what one does to it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client } from "../../../api/client.gen";
import { count, energy, power } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { ApiProblem, answered } from "../../../kit/problem";
import { Badge, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters, sorted, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Figure, Page } from "../../parts/Page";
import { PREFIXES } from "../../parts/schema";
import { useUrl } from "../../parts/url";
import { useWords } from "../../parts/words";
import { useShellTexts } from "../../shell/texts";

interface Evse {
  evse: number;
  status: string;
  vehicle: string | null;
  soc: number | null;
  power_w: number;
  transaction: { transaction_id: string | null } | null;
}

interface Station {
  station_id: string;
  version: string;
  model: string;
  condition: string;
  faults: ReadonlyArray<string>;
  evses: ReadonlyArray<Evse>;
}

interface Summary {
  stations: number;
  online: number;
  charging: number;
  sessions_ended: number;
  energy_wh: number;
}

const CONDITIONS = ["off", "offline", "booting", "idle", "charging"];
const NEXT_MS = 2000;
const MOST = 200;

const useTexts = textsOf({
  en: {
    loading: "Asking the fleet", stations: "Stations", online: "Online", charging: "Charging", ended: "Sessions ended", energy: "Energy delivered", fault: "Inject a fault",
    faultWhy: "It begins at once and lasts so many seconds, or until it is cleared. Some kinds need a span: the delay, or how wrong the clock is.", clear: "Clear faults",
    switchOff: "Switch off", switchOn: "Switch on", drop: "Break the connection", start: "Start a charge", stop: "Press stop", unplug: "Unplug", nothing: "Nobody here", none: "No simulated station is like that",
    noFleet: "No simulated fleet runs here", noFleetWhy: "`chargeyard up` runs one beside the platform.", clearWhy: "Every fault of the station ends now.",
  },
  de: {
    loading: "Die Flotte wird gefragt", stations: "Stationen", online: "Verbunden", charging: "Laden", ended: "Beendete Ladevorgänge", energy: "Gelieferte Energie", fault: "Störung auslösen",
    faultWhy: "Sie beginnt sofort und dauert so viele Sekunden, oder bis sie behoben wird. Manche Arten brauchen eine Spanne: die Verzögerung, oder wie falsch die Uhr geht.", clear: "Störungen beheben",
    switchOff: "Ausschalten", switchOn: "Einschalten", drop: "Verbindung trennen", start: "Laden beginnen", stop: "Stopp drücken", unplug: "Ausstecken", nothing: "Niemand da", none: "Keine simulierte Station ist so",
    noFleet: "Hier läuft keine simulierte Flotte", noFleetWhy: "`chargeyard up` startet eine neben der Plattform.", clearWhy: "Jede Störung der Station endet jetzt.",
  },
});

function ask<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  return answered(client.get({ url: `${PREFIXES.simulator}/${path}`, query }) as Promise<{ data?: T; error?: unknown; response?: Response }>) as Promise<T>;
}

export default function Simulator() {
  const texts = useTexts();
  const titles = useShellTexts();
  const [search, change] = useUrl();
  const summary = useQuery({ queryKey: ["simulator", "summary"], retry: false, refetchInterval: NEXT_MS, queryFn: () => ask<Summary>("summary") });
  const isThere = !(summary.error instanceof ApiProblem && summary.error.status === 404);
  const asked = { limit: String(MOST), ...(search["condition"] ? { condition: search["condition"] } : {}), ...(search["q"] ? { starts_with: search["q"] } : {}) };
  const query = useQuery({
    queryKey: ["simulator", "stations", asked],
    enabled: summary.data !== undefined,
    refetchInterval: NEXT_MS,
    queryFn: () => ask<{ items: ReadonlyArray<Station> }>("stations", asked),
  });
  if (!isThere) {
    return (
      <Empty title={texts.noFleet}>
        <p>{texts.noFleetWhy}</p>
      </Empty>
    );
  }
  if (summary.error !== null) return <ProblemNote error={summary.error} onRetry={() => void summary.refetch()} />;
  return (
    <Page title={titles.simulator}>
      {summary.data !== undefined && <Figures of={summary.data} />}
      <Filters filters={[{ name: "q" }, { name: "condition", values: CONDITIONS }]} search={search} onChange={change} />
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="16rem" label={texts.loading} />}
      {query.data?.items.length === 0 && <Empty title={texts.none} />}
      {query.data !== undefined && query.data.items.length > 0 && (
        <Table
          label={titles.simulator}
          columns={[
            { name: "station_id", cell: (one) => <Link to={"/stations/$id" as "/"} params={{ id: one.station_id } as never}>{one.station_id}</Link> },
            "version",
            { name: "condition", cell: (one) => <Condition station={one} /> },
            { name: "vehicles", cell: (one) => one.evses.map((evse) => <Place key={evse.evse} evse={evse} />) },
          ]}
          rows={sorted(query.data.items, search["sort"])}
          rowKey={(one) => one.station_id}
          sort={search["sort"]}
          onSort={(sort) => change({ sort })}
          actions={(one) => <Actions station={one} />}
        />
      )}
    </Page>
  );
}

function Figures({ of }: { of: Summary }) {
  const texts = useTexts();
  return (
    <div className="figures">
      <Figure label={texts.stations}>{count(of.stations)}</Figure>
      <Figure label={texts.online}>{count(of.online)}</Figure>
      <Figure label={texts.charging}>{count(of.charging)}</Figure>
      <Figure label={texts.ended}>{count(of.sessions_ended)}</Figure>
      <Figure label={texts.energy}>{energy(of.energy_wh)}</Figure>
    </div>
  );
}

function Condition({ station }: { station: Station }) {
  const words = useWords();
  const tone = { charging: "busy", idle: "good", booting: "warn" }[station.condition] as "busy" | "good" | "warn" | undefined;
  return (
    <span className="row">
      <Badge tone={tone ?? "off"}>{words(station.condition)}</Badge>
      {station.faults.map((fault) => (
        <Badge key={fault} tone="bad">
          {words(fault)}
        </Badge>
      ))}
    </span>
  );
}

function Place({ evse }: { evse: Evse }) {
  const texts = useTexts();
  if (evse.vehicle === null) return <span className="quiet">{texts.nothing}</span>;
  return <span>{[evse.vehicle, evse.soc === null ? "" : `${Math.round(evse.soc * 100)} %`, power(evse.power_w)].filter(Boolean).join(" · ")}</span>;
}

function Actions({ station }: { station: Station }) {
  const texts = useTexts();
  const params = { station_id: station.station_id };
  const changes = ["simulator", "station"];
  const [evse] = station.evses;
  const at = "/stations/{station_id}";
  const plain = { source: "simulator", params, changes, isForm: false } as const;
  return (
    <span className="row">
      {evse !== undefined && evse.transaction === null && (
        <Operation
          source="simulator"
          to={`POST ${at}/evses/{evse}/start`}
          params={{ ...params, evse: String(evse.evse) }}
          label={texts.start}
          initial={{ token: "DEMO0001A" }}
          changes={changes}
        />
      )}
      {evse !== undefined && evse.transaction !== null && <Operation {...plain} to={`POST ${at}/evses/{evse}/stop`} params={{ ...params, evse: String(evse.evse) }} label={texts.stop} />}
      <Operation source="simulator" to={`POST ${at}/faults`} params={params} label={texts.fault} explain={texts.faultWhy} initial={{ kind: "power_cut", lasts_s: 10 }} changes={changes} />
      {station.faults.length > 0 && <Operation {...plain} to={`DELETE ${at}/faults`} label={texts.clear} explain={texts.clearWhy} />}
      {station.condition === "off" ? (
        <Operation {...plain} to={`POST ${at}/switch-on`} label={texts.switchOn} />
      ) : (
        <>
          <Operation {...plain} to={`POST ${at}/drop-socket`} label={texts.drop} />
          <Operation {...plain} to={`POST ${at}/switch-off`} label={texts.switchOff} />
        </>
      )}
    </span>
  );
}
