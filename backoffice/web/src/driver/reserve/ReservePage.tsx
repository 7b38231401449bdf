import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createReservation, estimatePrice, listSlots } from "../../api/sdk.gen";
import type { NewReservation } from "../../api/types.gen";
import { clockTime, duration, locale, money } from "../../kit/format";
import { isUndecided, oncePer } from "../../kit/intent";
import { answered } from "../../kit/problem";
import { Banner, Button, Card, Empty, Field, ProblemNote, Skeleton } from "../../kit/ui";
import { baysAt, reservationPolicy, station } from "../queries";
import { PageHead } from "../shell/PageHead";
import { useNow } from "../session/useNow";
import { dayWindow, firstFit, freeWithin, isFree, MINUTE_MS, placeOf, type PlaceRef, type Span } from "./slots";
import { Timeline } from "./Timeline";
import { useReserveTexts } from "./texts";
import "./reserve.css";

const route = getRouteApi("/mine/reserve");
const DAYS = 7;
const LENGTHS_MIN = [30, 60, 90, 120, 180, 240, 360];
const SLOTS_EVERY_MS = 20_000;

export function ReservePage() {
  const texts = useReserveTexts();
  const { place } = route.useSearch();
  const wanted = placeOf(place);
  if (place === undefined || wanted === null) {
    return (
      <Empty title={texts.noPlace}>
        <Link to="/" className="button" data-kind="main">
          {texts.toMap}
        </Link>
      </Empty>
    );
  }
  return <Reserve key={place} placeKey={place} place={wanted} />;
}

function Reserve({ placeKey, place }: { placeKey: string; place: PlaceRef }) {
  const texts = useReserveTexts();
  const navigate = useNavigate();
  const client = useQueryClient();
  const now = useNow(true);
  const [days, setDays] = useState(0);
  const [minutes, setMinutes] = useState(60);
  const [begin, setBegin] = useState<number | null>(null);
  const [withBay, setWithBay] = useState(false);
  const day = dayWindow(now, days);
  const policy = useQuery(reservationPolicy());
  const slots = useQuery({
    queryKey: ["slots", placeKey, day.begin],
    queryFn: ({ signal }) =>
      answered(
        listSlots({
          path: { place_key: placeKey },
          // A wish may end after midnight.
          query: { from: iso(Math.max(day.begin, Date.now())), until: iso(day.end + 12 * 60 * MINUTE_MS) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: SLOTS_EVERY_MS,
  });
  const free = freeWithin(slots.data?.free ?? [], day);
  const length = minutes * MINUTE_MS;
  const first = firstFit(free, length, now);
  const chosen = begin !== null && begin >= day.begin && begin < day.end ? begin : first;
  const wish = chosen === null ? null : { begin: chosen, end: chosen + length };
  const bay = useBayOf(place);
  const { data: price } = useReservationPrice(place, minutes, wish?.begin ?? null);
  const subject = `reserve ${placeKey} ${chosen} ${minutes} ${withBay}`;
  const reserve = useMutation({
    mutationFn: (asked: { subject: string; body: NewReservation }) =>
      oncePer(asked.subject, (key) =>
        answered(createReservation({ body: asked.body, headers: { "Idempotency-Key": key } })),
      ),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["reservations"] });
      void navigate({ to: "/reservations/$reservationId", params: { reservationId: made.id }, replace: true });
    },
    onError: () => void slots.refetch(),
  });
  // An undecided wish is sent again word for word, though the place may look taken meanwhile: by this very wish.
  const again = reserve.error !== null && isUndecided(reserve.error) && reserve.variables.subject === subject ? reserve.variables : null;
  const ask = (span: Span) => {
    setBegin(span.begin);
    const places = [place, ...(withBay && bay !== undefined ? [{ bay_id: bay.bay_id }] : [])];
    const body = { places, begins_at: iso(Math.max(span.begin, Date.now())), ends_at: iso(span.end) };
    reserve.mutate(again ?? { subject, body });
  };
  const problem = wish === null ? undefined : wish.begin < now - MINUTE_MS ? texts.past : isFree(slots.data?.free ?? [], { ...wish, begin: Math.max(wish.begin, now) }) ? undefined : texts.taken;
  const dayName = new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "numeric" });
  return (
    <div className="page page-narrow">
      <PageHead title={texts.title} note={"bay_id" in place ? place.bay_id : texts.evse(place.station_id, place.evse)} />
      <Card>
        <div className="chips" role="group" aria-label={texts.day}>
          {Array.from({ length: DAYS }, (_, index) => (
            <button key={index} type="button" className="chip" aria-pressed={days === index} data-on={days === index} onClick={() => setDays(index)}>
              {index === 0 ? texts.today : index === 1 ? texts.tomorrow : dayName.format(dayWindow(now, index).begin)}
            </button>
          ))}
        </div>
        {slots.error !== null && <ProblemNote error={slots.error} onRetry={() => void slots.refetch()} />}
        {slots.isPending && <Skeleton height="5rem" label={texts.loading} />}
        {slots.data?.is_reservable === false && <Banner tone="warn">{texts.notReservable}</Banner>}
        {slots.data?.is_reservable === true && (
          <>
            <Timeline day={day} free={free} wish={wish} now={now} onBegin={setBegin} />
            {free.length === 0 && <p role="status">{texts.noneFree}</p>}
            <div className="reserve-fields">
              <Field label={texts.from} problem={problem}>
                {(props) => (
                  <input
                    {...props}
                    type="time"
                    step={900}
                    value={chosen === null ? "" : timeOf(chosen)}
                    onChange={(event) => setBegin(atTime(day.begin, event.target.value))}
                  />
                )}
              </Field>
              <Field label={texts.length}>
                {(props) => (
                  <select {...props} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
                    {LENGTHS_MIN.filter((one) => policy.data === undefined || one * 60 <= policy.data.longest_s).map((one) => (
                      <option key={one} value={one}>
                        {duration(one * 60)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            {bay?.is_reservable === true && (
              <label className="switch">
                <input type="checkbox" checked={withBay} onChange={(event) => setWithBay(event.target.checked)} />
                {texts.withBay(bay.name)}
              </label>
            )}
          </>
        )}
      </Card>
      <Card>
        {price && (
          <p>
            {price.reservation === null ? texts.noCost : texts.cost(money(price.reservation.total_incl_vat, price.currency))}{" "}
            {price.no_show !== null && Number(price.no_show.total_incl_vat) > 0 && texts.noShow(money(price.no_show.total_incl_vat, price.currency))}
          </p>
        )}
        {policy.data && (
          <p className="quiet small">
            {wish !== null && wish.begin - now < policy.data.free_cancellation_s * 1000
              ? texts.cancelCostly
              : texts.cancelFree(duration(policy.data.free_cancellation_s))}{" "}
            {texts.grace(duration(policy.data.grace_s))}
          </p>
        )}
        {reserve.error !== null && <ProblemNote error={reserve.error} />}
        <Button
          kind="main"
          isBusy={reserve.isPending}
          disabled={wish === null || (problem !== undefined && again === null)}
          onClick={() => wish !== null && ask(wish)}
        >
          {wish === null ? texts.reserve : `${texts.reserve} · ${clockTime(new Date(wish.begin))}–${clockTime(new Date(wish.end))}`}
        </Button>
      </Card>
    </div>
  );
}

/** The parking bay that the EVSE serves, if any: the two are reserved together or each for itself. */
function useBayOf(place: PlaceRef) {
  const stationId = "station_id" in place ? place.station_id : null;
  const there = useQuery({ ...station(stationId ?? ""), enabled: stationId !== null });
  const location = there.data?.location.location_id;
  const bays = useQuery({ ...baysAt(location ?? ""), enabled: location !== undefined });
  return bays.data?.items.find((one) => "station_id" in place && one.station_id === stationId && one.evse === place.evse);
}

function useReservationPrice(place: PlaceRef, minutes: number, begin: number | null) {
  const quarter = begin === null ? null : iso(begin);
  return useQuery({
    queryKey: ["reservation-price", place, minutes, quarter],
    queryFn: ({ signal }) =>
      answered(
        estimatePrice({
          body: { place, reserved_minutes: minutes, ...("bay_id" in place ? { parking_minutes: minutes } : { minutes, energy_kwh: 1 }) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: quarter !== null,
    staleTime: 300_000,
  });
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function timeOf(instant: number): string {
  const at = new Date(instant);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

function atTime(day: number, time: string): number | null {
  const [hours, minutes] = time.split(":").map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return null;
  return new Date(day).setHours(hours, minutes, 0, 0);
}
