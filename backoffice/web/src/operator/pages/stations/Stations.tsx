import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { listStations } from "../../../api/sdk.gen";
import type { OperatedStation } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Badge, Button, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Ref, State } from "../../parts/cell";
import { type Column, Filters, sorted, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { Bulk } from "./Bulk";

const SHOWN = 100;
const PAGE = 500;

const useTexts = textsOf({
  en: {
    add: "Add a station", loading: "Loading stations", none: "No station is like that", of: "of", previous: "Previous page",
    next: "Next page", import: "Import a file", chosen: "chosen",
  },
  de: {
    add: "Station anlegen", loading: "Stationen werden geladen", none: "Keine Station ist so", of: "von", previous: "Vorige Seite",
    next: "Nächste Seite", import: "Datei einlesen", chosen: "gewählt",
  },
});

/** All stations, page after page: lists are narrowed and ordered here, over the whole network. */
async function loadAll(): Promise<ReadonlyArray<OperatedStation>> {
  const all: OperatedStation[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await answered(listStations({ query: { limit: PAGE, ...(cursor ? { cursor } : {}) } }));
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

interface Line {
  station_id: string;
  location_id: string;
  is_online: boolean;
  evses: string;
  version: string | null;
  model: string;
  firmware_version: string | null;
  registration: string;
  station: OperatedStation;
}

function lineOf(station: OperatedStation): Line {
  return {
    station_id: station.station_id,
    location_id: station.location.location_id,
    is_online: station.is_online,
    evses: station.evses.map((evse) => evse.status ?? "unknown").join(" "),
    version: station.version,
    model: [station.vendor, station.model].filter(Boolean).join(" "),
    firmware_version: station.firmware_version,
    registration: station.registration,
    station,
  };
}

const COLUMNS: ReadonlyArray<string | Column<Line>> = [
  { name: "station_id", cell: (line) => <Ref name="station_id" value={line.station_id} /> },
  { name: "location_id", cell: (line) => <Ref name="location_id" value={line.location_id} /> },
  "is_online",
  { name: "evses", cell: (line) => <EvseStates station={line.station} /> },
  "version",
  "model",
  "firmware_version",
  "registration",
];

export default function Stations() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const [keys, choose] = useState<ReadonlySet<string>>(new Set());
  const query = useQuery({ queryKey: ["station", "all"], queryFn: loadAll, refetchInterval: 30_000 });
  const lines = useMemo(() => (query.data ?? []).map(lineOf), [query.data]);
  const models = useMemo(() => [...new Set(lines.map((line) => line.model).filter(Boolean))].sort(), [lines]);
  const found = useMemo(() => {
    const text = (search["q"] ?? "").toLowerCase();
    const narrowed = lines.filter(
      (line) =>
        `${line.station_id} ${line.location_id}`.toLowerCase().includes(text) &&
        (search["connection"] === undefined || line.is_online === (search["connection"] === "online")) &&
        (search["state"] === undefined || line.evses.includes(search["state"])) &&
        (search["model"] === undefined || line.model === search["model"]),
    );
    return sorted(narrowed, search["sort"]);
  }, [lines, search]);
  const first = Math.min(Number(search["cursor"] ?? 0) || 0, Math.max(0, found.length - 1));
  const shown = found.slice(first, first + SHOWN);
  const chosen = found.filter((line) => keys.has(line.station_id)).map((line) => line.station_id);
  return (
    <Page
      title={titles.stations}
      aside={<span className="quiet">{`${found.length} ${texts.of} ${lines.length}`}</span>}
      actions={may("stations:write") && <Operation to="POST /api/v1/stations" label={texts.add} kind="main" changes={["station", "wall"]} initial={{ evses: [{ evse: 1 }] }} />}
    >
      <div className="listing">
        <Filters
          filters={[
            { name: "q" },
            { name: "connection", values: ["online", "offline"] },
            { name: "state", values: ["Available", "Occupied", "Reserved", "Unavailable", "Faulted"] },
            { name: "model", values: models },
          ]}
          search={search}
          onChange={change}
        />
        {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton height="20rem" label={texts.loading} />}
        {query.data !== undefined && found.length === 0 && <Empty title={texts.none} />}
        {may("stations:command") && found.length > 0 && <Bulk chosen={chosen} found={found.map((line) => line.station_id)} onChoose={choose} />}
        {shown.length > 0 && (
          <Table
            label={titles.stations}
            columns={COLUMNS}
            rows={shown}
            rowKey={(line) => line.station_id}
            sort={search["sort"]}
            onSort={(sort) => change({ sort, cursor: undefined })}
            {...(may("stations:command") ? { chosen: { keys, onChange: choose } } : {})}
          />
        )}
        <div className="row">
          {first > 0 && (
            <Button size="small" onClick={() => change({ cursor: first > SHOWN ? String(first - SHOWN) : undefined })}>
              {texts.previous}
            </Button>
          )}
          {first + SHOWN < found.length && (
            <Button size="small" onClick={() => change({ cursor: String(first + SHOWN) })}>
              {texts.next}
            </Button>
          )}
        </div>
      </div>
    </Page>
  );
}

function EvseStates({ station }: { station: OperatedStation }) {
  const words = useWords();
  return (
    <span className="row">
      {station.evses.map((evse) =>
        evse.charging_state === "Charging" ? (
          <Badge key={evse.evse} tone="busy">
            {words("charging")}
          </Badge>
        ) : (
          <State key={evse.evse} value={evse.status ?? "unknown"} />
        ),
      )}
    </span>
  );
}
