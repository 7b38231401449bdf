/** Stations and bays in view, asked again while they are looked at. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { findPlacesNearby, findStationsNearby } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import type { View } from "./Drawing";
import type { FindSearch } from "./search";

const FARTHEST_M = 100_000;
const AT_MOST = 200;
const EVERY_MS = 15_000;

export function useAround(view: View | null, radiusM: number, search: FindSearch) {
  const asked = {
    lat: Number((view?.latitude ?? 0).toFixed(3)),
    lon: Number((view?.longitude ?? 0).toFixed(3)),
    radius_m: Math.min(FARTHEST_M, radiusM),
    free_now: search.free === true,
    min_power_w: search.power ?? 0,
    standard: search.connector === undefined ? [] : [search.connector],
    has_parking: search.parking === true,
    is_accessible: search.accessible === true,
    is_reservable: search.reservable === true,
    limit: AT_MOST,
  };
  return useQuery({
    queryKey: ["around", asked],
    queryFn: async ({ signal }) => {
      const [stations, bays] = await Promise.all([
        answered(findStationsNearby({ query: asked, signal })),
        answered(findPlacesNearby({ query: { ...asked, kind: "bay" }, signal })),
      ]);
      return { stations, bays: bays.items };
    },
    enabled: view !== null,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}
