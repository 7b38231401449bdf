import { useQuery } from "@tanstack/react-query";
import { listReservations } from "../../../api/sdk.gen";
import type { DriverReservationView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Badge, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { Timeline, useDays, type Lane } from "../../parts/Timeline";
import { toneOf } from "../../parts/tones";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { instantOf } from "../../parts/when";

const DAYS = 1;
const STATES = ["confirmed", "honoured", "cancelled", "expired"] as const;

const useTexts = textsOf({
  en: { calendar: "Calendar", list: "List", add: "Reserve", cancel: "Cancel", move: "Move", extend: "Extend", none: "Nothing is reserved in these days", loading: "Loading reservations", endangered: "in danger" },
  de: { calendar: "Kalender", list: "Liste", add: "Reservieren", cancel: "Stornieren", move: "Umlegen", extend: "Verlängern", none: "In diesen Tagen ist nichts reserviert", loading: "Reservierungen werden geladen", endangered: "gefährdet" },
});

export default function Reservations() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page
      title={titles.reservations}
      actions={may("reservations:write") && <Operation to="POST /api/v1/reservations" label={texts.add} kind="main" changes={["reservations"]} />}
    >
      <Tabs
        label={titles.reservations}
        tabs={[
          { name: "calendar", title: texts.calendar, content: () => <Calendar /> },
          { name: "list", title: texts.list, content: () => <List /> },
        ]}
      />
    </Page>
  );
}

function Calendar() {
  const texts = useTexts();
  const titles = useShellTexts();
  const shown = useDays(DAYS);
  const { begin, end } = shown;
  const query = useQuery({
    queryKey: ["reservations", "calendar", begin.toISOString(), end.toISOString()],
    refetchInterval: 30_000,
    queryFn: () => answered(listReservations({ query: { from: begin.toISOString(), until: end.toISOString(), limit: 500 } })),
  });
  const lanes = lanesOf(query.data?.items ?? []);
  return (
    <>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="16rem" label={texts.loading} />}
      {query.data !== undefined && <Timeline label={titles.reservations} shown={shown} lanes={lanes} />}
      {query.data !== undefined && lanes.length === 0 && <Empty title={texts.none} />}
    </>
  );
}

const placeOf = (place: DriverReservationView["places"][number]) => place.bay_id ?? [place.station_id, place.evse].filter(Boolean).join(" / ");

function lanesOf(reservations: ReadonlyArray<DriverReservationView>): ReadonlyArray<Lane> {
  const bars = reservations.flatMap((one) =>
    one.places.map((place) => ({
      lane: placeOf(place),
      bar: { id: one.id, begin: one.begins_at, end: one.ends_at, tone: one.is_endangered ? ("bad" as const) : toneOf(one.state), label: `#${one.number}` },
    })),
  );
  const names = [...new Set(bars.map((one) => one.lane))].sort();
  return names.map((name) => ({ name, bars: bars.filter((one) => one.lane === name).map((one) => one.bar) }));
}

function List() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Listing
      label={titles.reservations}
      queryKey={["reservations", "list"]}
      load={({ from, state, ...search }) =>
        answered(listReservations({ query: { ...search, from: instantOf(from), state: STATES.find((one) => one === state) } }))
      }
      filters={[{ name: "state", values: STATES }, { name: "location_id" }, { name: "driver_id" }, { name: "from", type: "date" }]}
      columns={[
        "number",
        { name: "places", cell: (one) => one.places.map(placeOf).join(", ") },
        "begins_at",
        "ends_at",
        { name: "state", cell: (one) => <ReservationState of={one} /> },
        "station",
        "driver_id",
        "total_incl_vat",
      ]}
      rowKey={(one) => one.id}
      actions={(one) =>
        may("reservations:write") &&
        one.state === "confirmed" && (
          <>
            <Operation to="POST /api/v1/reservations/{reservation_id}/extend" params={{ reservation_id: one.id }} label={texts.extend} changes={["reservations"]} />
            <Operation to="POST /api/v1/reservations/{reservation_id}/move" params={{ reservation_id: one.id }} label={texts.move} changes={["reservations"]} />
            <Operation to="POST /api/v1/reservations/{reservation_id}/cancel" params={{ reservation_id: one.id }} label={texts.cancel} kind="bad" changes={["reservations"]} />
          </>
        )
      }
    />
  );
}

function ReservationState({ of }: { of: DriverReservationView }) {
  const texts = useTexts();
  return (
    <span className="row">
      <State value={of.state} />
      {of.is_endangered && <Badge tone="bad">{texts.endangered}</Badge>}
    </span>
  );
}
