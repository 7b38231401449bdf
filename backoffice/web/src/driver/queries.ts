/** What the pages ask, each under one key. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import * as api from "../api/sdk.gen";
import { answered, ApiProblem } from "../kit/problem";

const ASKED_AGAIN = 2;
// States come live; prices, and what another service was silent about, are asked for again.
const LOOKED_AT_EVERY_MS = 15_000;
const RUNNING = new Set(["awaiting_start", "charging", "suspended", "ending"]);

export const queryClient = new QueryClient({
  defaultOptions: {
    // The service worker answers offline: whether to ask is not for the browser to say.
    queries: { staleTime: 10_000, networkMode: "always", retry: isWorthAnother },
    mutations: { networkMode: "always" },
  },
});

function isWorthAnother(failures: number, error: Error): boolean {
  return failures < ASKED_AGAIN && error instanceof ApiProblem && error.status >= 500;
}

export const account = () =>
  queryOptions({ queryKey: ["account"], queryFn: () => answered(api.readMe()), staleTime: 60_000 });

export const profile = () => queryOptions({ queryKey: ["profile"], queryFn: () => answered(api.readProfile()) });

export const vehicles = () => queryOptions({ queryKey: ["vehicles"], queryFn: () => answered(api.listVehicles()) });

export const paymentMethods = () =>
  queryOptions({ queryKey: ["payment-methods"], queryFn: () => answered(api.listPaymentMethods()) });

export const paymentProvider = () =>
  queryOptions({ queryKey: ["payment-provider"], queryFn: () => answered(api.readPaymentProvider()), staleTime: Infinity });

export const favourites = () =>
  queryOptions({ queryKey: ["favourites"], queryFn: () => answered(api.listFavourites({ query: { limit: 200 } })) });

export const station = (stationId: string) =>
  queryOptions({
    queryKey: ["station", stationId],
    queryFn: () => answered(api.readStation({ path: { station_id: stationId } })),
    refetchInterval: LOOKED_AT_EVERY_MS,
  });

export const place = (locationId: string) =>
  queryOptions({
    queryKey: ["place", locationId],
    queryFn: () => answered(api.readLocation({ path: { location_id: locationId } })),
  });

export const baysAt = (locationId: string) =>
  queryOptions({
    queryKey: ["place", locationId, "bays"],
    queryFn: () => answered(api.listBays({ path: { location_id: locationId }, query: { limit: 200 } })),
  });

export const bay = (bayId: string) =>
  queryOptions({ queryKey: ["bay", bayId], queryFn: () => answered(api.readBay({ path: { bay_id: bayId } })) });

const SAME_PLACE_M = 100;

/** The stations of a location: those around its coordinates that belong to it. */
export const stationsAt = (locationId: string) =>
  queryOptions({
    queryKey: ["place", locationId, "stations"],
    queryFn: async ({ client }) => {
      const { latitude: lat, longitude: lon } = await client.ensureQueryData(place(locationId));
      const around = await answered(api.findStationsNearby({ query: { lat, lon, radius_m: SAME_PLACE_M, limit: 200 } }));
      return around.filter((one) => one.location.location_id === locationId);
    },
    refetchInterval: LOOKED_AT_EVERY_MS,
  });

export const session = (sessionId: string) =>
  queryOptions({
    queryKey: ["session", sessionId],
    queryFn: () => answered(api.readSession({ path: { session_id: sessionId } })),
  });

export const stay = (stayId: string) =>
  queryOptions({ queryKey: ["stay", stayId], queryFn: () => answered(api.readStay({ path: { session_id: stayId } })) });

/** What of mine runs now, the newest first. */
export const running = () =>
  queryOptions({
    queryKey: ["sessions", "running"],
    queryFn: async () => {
      const [sessions, stays] = await Promise.all([
        answered(api.listSessions({ query: { limit: 20 } })),
        answered(api.listStays({ query: { limit: 20 } })),
      ]);
      return {
        sessions: sessions.items.filter((one) => RUNNING.has(one.state)),
        stays: stays.items.filter((one) => one.state === "parked"),
      };
    },
    refetchInterval: 20_000,
  });

export const reservation = (reservationId: string) =>
  queryOptions({
    queryKey: ["reservation", reservationId],
    queryFn: () => answered(api.readReservation({ path: { reservation_id: reservationId } })),
  });

export const reservationPolicy = () =>
  queryOptions({
    queryKey: ["reservation-policy"],
    queryFn: () => answered(api.readReservationPolicy()),
    staleTime: 300_000,
  });

export const receipt = (sessionId: string) =>
  queryOptions({
    queryKey: ["receipt", sessionId],
    queryFn: () => answered(api.readReceipt({ path: { session_id: sessionId } })),
  });

export const unread = () => queryOptions({ queryKey: ["inbox", "unread"], queryFn: () => answered(api.countUnread()) });
