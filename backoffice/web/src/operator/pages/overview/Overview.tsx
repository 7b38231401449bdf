import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listAlarms, listSessions, makeReport } from "../../../api/sdk.gen";
import { count, energy, money } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Ref } from "../../parts/cell";
import { Table } from "../../parts/Listing";
import { Figure, Page } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import "./overview.css";
import { NetworkMap } from "./NetworkMap";
import { useCounts, useWall } from "./useWall";
import { STATES, TONE_OF, type Wall, type WallState } from "./wall";
import { WallView } from "./WallView";

const useTexts = textsOf({
  en: {
    title: "Overview",
    online: "Stations online",
    of: "of",
    charging: "Charging now",
    faulted: "Faulted",
    running: "Sessions now",
    energy: "Energy today",
    revenue: "Revenue today",
    wall: "Wall",
    map: "Map",
    view: "How stations are shown",
    wallLabel: "Wall of all stations by state; arrow keys go from station to station, Enter opens one",
    mapLabel: "Map of all stations",
    states: "Show one state alone",
    loading: "Loading all stations",
    none: "No stations yet",
    onboard: "Bring the first one in",
    alarms: "Alarms",
    noAlarms: "Nothing is wrong",
    sessions: "Sessions now",
    noSessions: "Nobody charges right now",
    all: "All",
  },
  de: {
    title: "Überblick",
    online: "Stationen verbunden",
    of: "von",
    charging: "Laden gerade",
    faulted: "Gestört",
    running: "Ladevorgänge jetzt",
    energy: "Energie heute",
    revenue: "Umsatz heute",
    wall: "Wand",
    map: "Karte",
    view: "Wie Stationen gezeigt werden",
    wallLabel: "Wand aller Stationen nach Zustand; Pfeiltasten gehen von Station zu Station, Eingabe öffnet eine",
    mapLabel: "Karte aller Stationen",
    states: "Nur einen Zustand zeigen",
    loading: "Alle Stationen werden geladen",
    none: "Noch keine Stationen",
    onboard: "Die erste in Betrieb nehmen",
    alarms: "Alarme",
    noAlarms: "Alles in Ordnung",
    sessions: "Ladevorgänge jetzt",
    noSessions: "Gerade lädt niemand",
    all: "Alle",
  },
});

export default function Overview() {
  const texts = useTexts();
  const may = useMay();
  const { wall, query } = useWall();
  const [search] = useUrl();
  const only = STATES.find((state) => state === search["state"]);
  const isMap = search["view"] === "map";
  return (
    <Page title={texts.title}>
      <Figures wall={wall} />
      <section className="card stack">
        <div className="spread wall-head">
          <States wall={wall} only={only} />
          <ViewChoice isMap={isMap} />
        </div>
        {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton height="12rem" label={texts.loading} />}
        {query.data?.length === 0 && (
          <Empty title={texts.none}>{may("stations:read") && <Link to={"/onboarding" as "/"}>{texts.onboard}</Link>}</Empty>
        )}
        {query.data !== undefined && query.data.length > 0 && (
          isMap ? <NetworkMap wall={wall} only={only} label={texts.mapLabel} /> : <WallView wall={wall} only={only} label={texts.wallLabel} />
        )}
      </section>
      <div className="columns">
        {may("platform:read") && <Alarms />}
        {may("sessions:read") && <Running />}
      </div>
    </Page>
  );
}

function Figures({ wall }: { wall: Wall }) {
  const texts = useTexts();
  const may = useMay();
  const counts = useCounts(wall);
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  return (
    <div className="figures">
      <Figure label={texts.online}>
        {count(all - counts.offline)} <small className="quiet">{`${texts.of} ${count(all)}`}</small>
      </Figure>
      <Figure label={texts.charging}>{count(counts.charging)}</Figure>
      <Figure label={texts.faulted} {...(counts.faulted > 0 ? { tone: "bad" as const } : {})}>
        {count(counts.faulted)}
      </Figure>
      {may("reports:read") && <Today />}
    </div>
  );
}

/** What the reports tell of today: they are taken anew every few minutes. */
function Today() {
  const texts = useTexts();
  const today = new Date().toLocaleDateString("sv");
  const tomorrow = new Date(Date.now() + 86_400_000).toLocaleDateString("sv");
  const ask = (kind: "energy" | "revenue") => ({
    queryKey: ["report", kind, today],
    refetchInterval: 60_000,
    queryFn: () => answered(makeReport({ path: { kind }, query: { from: today, to: tomorrow, by: ["day"] } })),
  });
  const sold = useQuery(ask("energy"));
  const earned = useQuery(ask("revenue"));
  const [line] = rowsOf(sold.data);
  const lines = rowsOf(earned.data);
  return (
    <>
      <Figure label={texts.energy}>{sold.data === undefined ? "…" : energy(line?.["energy_wh"] ?? 0)}</Figure>
      <Figure label={texts.revenue}>
        {earned.data === undefined ? "…" : lines.length === 0 ? "–" : lines.map((one) => money(one["gross"] ?? 0, String(one["currency"]))).join(" + ")}
      </Figure>
    </>
  );
}

function rowsOf(report: unknown): ReadonlyArray<Record<string, string | number | null>> {
  return (report as { items?: ReadonlyArray<Record<string, string | number | null>> } | undefined)?.items ?? [];
}

function States({ wall, only }: { wall: Wall; only: WallState | undefined }) {
  const texts = useTexts();
  const words = useWords();
  const counts = useCounts(wall);
  const [, change] = useUrl();
  return (
    <div className="states" role="group" aria-label={texts.states}>
      {STATES.filter((state) => counts[state] > 0 || state === only).map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === only}
          data-tone={TONE_OF[state]}
          data-state={state}
          onClick={() => change({ state: state === only ? undefined : state }, { replace: true })}
        >
          <span className="swatch" aria-hidden="true" />
          {words(state)} <strong className="number">{count(counts[state])}</strong>
        </button>
      ))}
    </div>
  );
}

function ViewChoice({ isMap }: { isMap: boolean }) {
  const texts = useTexts();
  const [, change] = useUrl();
  return (
    <div className="choice" role="group" aria-label={texts.view}>
      <button type="button" aria-pressed={!isMap} onClick={() => change({ view: undefined })}>
        {texts.wall}
      </button>
      <button type="button" aria-pressed={isMap} onClick={() => change({ view: "map" })}>
        {texts.map}
      </button>
    </div>
  );
}

function Alarms() {
  const texts = useTexts();
  const query = useQuery({
    queryKey: ["alarms", "open"],
    refetchInterval: 30_000,
    queryFn: () => answered(listAlarms({ query: { state: "raised", limit: 8 } })),
  });
  return (
    <Card title={texts.alarms} aside={<Link to={"/alarms" as "/"}>{texts.all}</Link>}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.alarms} />}
      {query.data?.items.length === 0 && <p className="quiet">{texts.noAlarms}</p>}
      {query.data !== undefined && query.data.items.length > 0 && (
        <Table label={texts.alarms} columns={["severity", "kind", "about", "raised_at"]} rows={query.data.items} rowKey={(alarm) => alarm.id} />
      )}
    </Card>
  );
}

function Running() {
  const texts = useTexts();
  const query = useQuery({
    queryKey: ["sessions", "running"],
    refetchInterval: 30_000,
    queryFn: () => answered(listSessions({ query: { running: true, limit: 8 } })),
  });
  return (
    <Card title={texts.sessions} aside={<Link to={"/sessions" as "/"}>{texts.all}</Link>}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.sessions} />}
      {query.data?.items.length === 0 && <p className="quiet">{texts.noSessions}</p>}
      {query.data !== undefined && query.data.items.length > 0 && (
        <Table
          label={texts.sessions}
          columns={[
            { name: "session_id", cell: (session) => <Ref name="session_id" value={session.id} /> },
            "station_id",
            "state",
            "power_w",
            "energy_wh",
            "cost_incl_vat",
          ]}
          rows={query.data.items}
          rowKey={(session) => session.id}
        />
      )}
    </Card>
  );
}
