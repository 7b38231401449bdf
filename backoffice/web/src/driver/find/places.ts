/** Locations as the map shows them: the stations and bays of each taken together. */
import type { LocationView, NearbyPlace, NearbyStation, PriceView } from "../../api/types.gen";
import type { Tone } from "../../kit/ui";
import type { FindSearch } from "./search";

export interface FoundPlace {
  location: LocationView;
  distanceM: number;
  evses: { free: number; total: number };
  bays: { free: number; total: number };
  maxPowerW: number;
  /** The cheapest by the kWh, where a price is known. */
  price: PriceView | null;
  connectors: ReadonlyArray<string>;
}

export function placesOf(stations: ReadonlyArray<NearbyStation>, bays: ReadonlyArray<NearbyPlace>): FoundPlace[] {
  const places = new Map<string, FoundPlace>();
  const at = (location: LocationView, distanceM: number): FoundPlace => {
    const known = places.get(location.location_id);
    if (known !== undefined) return known;
    const made: FoundPlace = {
      location,
      distanceM,
      evses: { free: 0, total: 0 },
      bays: { free: 0, total: 0 },
      maxPowerW: 0,
      price: null,
      connectors: [],
    };
    places.set(location.location_id, made);
    return made;
  };
  for (const station of stations) {
    const place = at(station.location, station.distance_m);
    for (const evse of station.evses) {
      place.evses.total += 1;
      if (evse.is_available) place.evses.free += 1;
      place.maxPowerW = Math.max(place.maxPowerW, evse.max_power_w);
      if (evse.price && (place.price === null || perKwh(evse.price) < perKwh(place.price))) place.price = evse.price;
      const standards = evse.connectors.flatMap((one) => (one.standard ? [one.standard] : []));
      place.connectors = [...new Set([...place.connectors, ...standards])];
    }
  }
  for (const one of bays) {
    const place = at(one.location, one.distance_m);
    place.bays.total += 1;
    if (one.is_free) place.bays.free += 1;
  }
  return [...places.values()].sort((one, other) => one.distanceM - other.distanceM);
}

export function sorted(places: ReadonlyArray<FoundPlace>, sort: FindSearch["sort"]): ReadonlyArray<FoundPlace> {
  if (sort === "price") return places.toSorted((one, other) => priceOf(one) - priceOf(other));
  if (sort === "power") return places.toSorted((one, other) => other.maxPowerW - one.maxPowerW);
  return places;
}

export function toneOf(place: FoundPlace): Tone {
  if (place.evses.free > 0) return "good";
  if (place.evses.total > 0) return "busy";
  return place.bays.free > 0 ? "good" : "off";
}

function priceOf(place: FoundPlace): number {
  return place.price === null ? Infinity : perKwh(place.price);
}

function perKwh(price: PriceView): number {
  return price.per_kwh === null ? 0 : Number(price.per_kwh);
}
