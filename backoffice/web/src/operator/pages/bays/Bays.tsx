import { useQuery } from "@tanstack/react-query";
import { listBays, listLocations, listOverstays, listStays } from "../../../api/sdk.gen";
import type { LocationView, OperatedBay } from "../../../api/types.gen";
import { ago, duration } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import "./bays.css";

const useTexts = textsOf({
  en: {
    board: "Board", overstays: "Overstays", stays: "Stays", since: "since", loading: "Loading bays", none: "No bays here", noOverstays: "Nobody stays too long",
    edit: "Edit", ev: "EV only", accessible: "accessible", closed: "closed", add: "Add a bay", over: "over by",
  },
  de: {
    board: "Tafel", overstays: "Überzogen", stays: "Parkvorgänge", since: "seit", loading: "Stellplätze werden geladen", none: "Hier sind keine Stellplätze", noOverstays: "Niemand steht zu lang",
    edit: "Ändern", ev: "nur E-Autos", accessible: "barrierefrei", closed: "gesperrt", add: "Stellplatz anlegen", over: "überzogen um",
  },
});

export default function Bays() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page title={titles.bays}>
      <Tabs
        label={titles.bays}
        tabs={[
          { name: "board", title: texts.board, content: () => <Board /> },
          { name: "overstays", title: texts.overstays, isShown: may("stations:read"), content: () => <Overstays /> },
          { name: "stays", title: texts.stays, isShown: may("sessions:read"), content: () => <Stays /> },
        ]}
      />
    </Page>
  );
}

function Board() {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["locations", "all"], queryFn: () => answered(listLocations({ query: { limit: 100 } })) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="16rem" label={texts.loading} />;
  if (query.data.items.length === 0) return <Empty title={texts.none} />;
  return (
    <div className="boards">
      {query.data.items.map((location) => (
        <LocationBoard key={location.location_id} location={location} />
      ))}
    </div>
  );
}

function LocationBoard({ location }: { location: LocationView }) {
  const texts = useTexts();
  const may = useMay();
  const id = location.location_id;
  const query = useQuery({
    queryKey: ["bays", id, "board"],
    refetchInterval: 15_000,
    queryFn: () => answered(listBays({ path: { location_id: id }, query: { limit: 500 } })),
  });
  const bays = (query.data?.items ?? []) as ReadonlyArray<OperatedBay>;
  const free = bays.filter((bay) => bay.state === "free" && !bay.is_closed).length;
  return (
    <Card
      title={location.name || id}
      aside={
        <span className="row">
          {query.data !== undefined && <span className="quiet number">{`${free} / ${bays.length}`}</span>}
          {may("stations:write") && <Operation to="POST /api/v1/locations/{location_id}/bays" params={{ location_id: id }} label={texts.add} kind="bare" changes={["bays"]} />}
        </span>
      }
    >
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.loading} />}
      {query.data !== undefined && bays.length === 0 && <p className="quiet">{texts.none}</p>}
      <ul className="bays">
        {bays.map((bay) => (
          <li key={bay.bay_id} data-state={bay.state}>
            <strong>{bay.name}</strong>
            <State value={bay.is_closed ? "closed" : bay.state} />
            <span className="quiet small">
              {bay.occupied_since !== null && bay.state === "occupied" ? ago(bay.occupied_since) : [bay.is_ev_only && texts.ev, bay.is_accessible && texts.accessible].filter(Boolean).join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Overstays() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.overstays}
      queryKey={["bays", "overstays"]}
      refetchMs={30_000}
      load={(query) => answered(listOverstays({ query: { cursor: query["cursor"] } }))}
      columns={["name", "location_id", "occupied_since", { name: "over_s", title: texts.over, cell: (bay) => <strong className="number">{duration(bay.over_s)}</strong> }, "max_stay_s", "station_id"]}
      rowKey={(bay) => bay.bay_id}
      empty={<p className="quiet">{texts.noOverstays}</p>}
    />
  );
}

function Stays() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.stays}
      queryKey={["stays"]}
      load={(query) => answered(listStays({ query }))}
      columns={["started_at", "ended_at", "state", "bay_id", "location_id", "driver_id", "cost_incl_vat", "tariff_id"]}
      rowKey={(stay) => stay.id}
    />
  );
}
