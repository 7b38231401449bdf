/** The arithmetic of a day's time line: pure, in milliseconds since the epoch. */
import type { PlaceBodyOutput, SlotView } from "../../api/types.gen";

export const MINUTE_MS = 60_000;
export const STEP_MS = 15 * MINUTE_MS;

export interface Span {
  begin: number;
  end: number;
}

/** What of `free` lies in the window, in order. */
export function freeWithin(free: ReadonlyArray<SlotView>, window: Span): Span[] {
  return free
    .map((slot) => ({
      begin: Math.max(window.begin, Date.parse(slot.begins_at)),
      end: Math.min(window.end, Date.parse(slot.ends_at)),
    }))
    .filter((slot) => slot.end > slot.begin);
}

export function isFree(free: ReadonlyArray<SlotView>, wish: Span): boolean {
  return free.some((slot) => Date.parse(slot.begins_at) <= wish.begin && Date.parse(slot.ends_at) >= wish.end);
}

/** The first quarter of an hour from `since` on at which `length` fits into what is free; null: nowhere. */
export function firstFit(free: ReadonlyArray<Span>, length: number, since: number): number | null {
  for (const slot of free) {
    const begin = Math.ceil(Math.max(slot.begin, since) / STEP_MS) * STEP_MS;
    if (begin + length <= slot.end) return begin;
  }
  return null;
}

/** Midnight of the browser's day that is `days` from that of `now`, and of the day after. */
export function dayWindow(now: number, days: number): Span {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  midnight.setDate(midnight.getDate() + days);
  const next = new Date(midnight);
  next.setDate(next.getDate() + 1);
  return { begin: midnight.getTime(), end: next.getTime() };
}

/** The key by which the interface names a place, as `evse/BER-003/1` or `bay/P1`. */
export function keyOf(place: PlaceBodyOutput): string {
  return place.bay_id ? `bay/${place.bay_id}` : `evse/${place.station_id}/${place.evse}`;
}

export type PlaceRef = { station_id: string; evse: number } | { bay_id: string };

/** Reads what `keyOf` wrote; null: it names no place. */
export function placeOf(key: string | undefined): PlaceRef | null {
  const bay = /^bay\/(.+)$/.exec(key ?? "")?.[1];
  if (bay !== undefined) return { bay_id: bay };
  const [, station, evse] = /^evse\/(.+)\/(\d+)$/.exec(key ?? "") ?? [];
  return station === undefined ? null : { station_id: station, evse: Number(evse) };
}
