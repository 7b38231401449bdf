import { expect, test } from "vitest";
import type { EvseView, LocationView, NearbyPlace, NearbyStation, PriceView } from "../../api/types.gen";
import { placesOf, sorted, toneOf } from "./places";
import { findSearch } from "./search";

const location = (id: string): LocationView => ({ location_id: id, name: id, country: "DE", latitude: 52.5, longitude: 13.4 });

const price = (perKwh: string): PriceView => ({
  tariff_id: "t",
  tariff_version: 1,
  currency: "EUR",
  per_kwh: perKwh,
  per_hour: null,
  per_hour_parked: null,
  per_session: null,
});

const evse = (number: number, isAvailable: boolean, perKwh: string | null, power = 11_000): EvseView => ({
  evse: number,
  max_power_w: power,
  is_reservable: true,
  is_closed: false,
  status: isAvailable ? "Available" : "Occupied",
  charging_state: null,
  is_available: isAvailable,
  connectors: [{ standard: "IEC_62196_T2", status: null, error_code: null }],
  price: perKwh === null ? null : price(perKwh),
});

const station = (id: string, at: string, distance: number, ...evses: EvseView[]): NearbyStation => ({
  station_id: id,
  location: location(at),
  is_online: true,
  version: "2.0.1",
  vendor: null,
  model: null,
  evses,
  distance_m: distance,
});

const bay = (at: string, distance: number, isFree: boolean): NearbyPlace => ({
  kind: "bay",
  distance_m: distance,
  is_free: isFree,
  location: location(at),
  station_id: null,
  evse: null,
  bay: null,
});

const STATIONS = [
  station("S1", "near", 100, evse(1, false, "0.60"), evse(2, true, "0.50", 22_000)),
  station("S2", "near", 100, evse(1, false, null)),
  station("S3", "far", 900, evse(1, false, "0.40")),
];

test("a location has what all of its stations and bays have", () => {
  const [near, far, park] = placesOf(STATIONS, [bay("near", 100, true), bay("near", 100, false), bay("park", 950, true)]);

  expect(near).toMatchObject({ evses: { free: 1, total: 3 }, bays: { free: 1, total: 2 }, maxPowerW: 22_000 });
  expect(near?.price?.per_kwh).toBe("0.50");
  expect([near, far, park].map((one) => one && toneOf(one))).toEqual(["good", "busy", "good"]);
});

test("the cheapest comes first, and what has no price last", () => {
  const places = placesOf(STATIONS, [bay("park", 50, true)]);

  expect(places.map((one) => one.location.name)).toEqual(["park", "near", "far"]);
  expect(sorted(places, "price").map((one) => one.location.name)).toEqual(["far", "near", "park"]);
});

test("what an address cannot say is left out of the search", () => {
  expect(findSearch({ free: true, power: 22_000, lat: 52.5, lon: 13.4, zoom: 12, connector: "IEC_62196_T2" })).toEqual({
    free: true,
    power: 22_000,
    lat: 52.5,
    lon: 13.4,
    zoom: 12,
    connector: "IEC_62196_T2",
  });
  expect(findSearch({ free: "yes", power: 3, lat: 95, lon: 13.4, connector: "SCHUKO", sort: "name", q: "" })).toEqual({});
});
