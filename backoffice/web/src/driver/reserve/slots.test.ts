import { expect, test } from "vitest";
import { firstFit, freeWithin, isFree, keyOf, MINUTE_MS, placeOf } from "./slots";

const at = (time: string) => Date.parse(`2026-12-01T${time}:00Z`);
const slot = (begin: string, end: string) => ({ begins_at: `2026-12-01T${begin}:00Z`, ends_at: `2026-12-01T${end}:00Z` });
const FREE = [slot("08:00", "09:00"), slot("10:05", "14:00")];

test("what is free is cut to the window", () => {
  expect(freeWithin(FREE, { begin: at("08:30"), end: at("11:00") })).toEqual([
    { begin: at("08:30"), end: at("09:00") },
    { begin: at("10:05"), end: at("11:00") },
  ]);
});

test("a wish is free only where one slot holds all of it", () => {
  expect(isFree(FREE, { begin: at("08:00"), end: at("09:00") })).toBe(true);
  expect(isFree(FREE, { begin: at("08:45"), end: at("10:15") })).toBe(false);
});

test("the first fit begins at a quarter and not before it is wanted", () => {
  const spans = freeWithin(FREE, { begin: at("00:00"), end: at("23:59") });

  expect(firstFit(spans, 60 * MINUTE_MS, at("08:20"))).toBe(at("10:15"));
  expect(firstFit(spans, 30 * MINUTE_MS, at("08:20"))).toBe(at("08:30"));
  expect(firstFit(spans, 600 * MINUTE_MS, at("08:20"))).toBeNull();
});

test("a place is written and read by its key", () => {
  for (const key of ["evse/BER-003/1", "evse/A/B/2", "bay/P 1"]) expect(keyOf({ ...placeOf(key) })).toBe(key);
  expect(placeOf("BER-003")).toBeNull();
});
