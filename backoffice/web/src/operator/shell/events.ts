/** One stream tells the whole app what happens in the tenant: pages listen to it, and queries that it makes old are asked again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type LiveEvent, type LiveState, useLive } from "../../kit/live";
import { useMay } from "./scopes";

type Listener = (event: LiveEvent) => void;

const REFRESH_MS = 2000;
const listeners = new Set<Listener>();

/** The queries that an event makes old. */
function madeOldBy({ name, data }: LiveEvent): ReadonlyArray<ReadonlyArray<string>> {
  const told = data as Record<string, unknown>;
  const session = ["session", String(told["session_id"])];
  const running = ["sessions", "running"];
  const station = String(told["station_id"]);
  switch (name) {
    case "status_changed":
      return [["station", station]];
    case "updated":
      return [session, running, ["sessions", "running-at", station]];
    case "started":
    case "completed":
      return [session, ["sessions"]];
    case "alarm_raised":
    case "alarm_acknowledged":
    case "alarm_cleared":
      return [["alarms"]];
    default:
      return [];
  }
}

/** `listener` hears every event while the component is there. */
export function useOnEvent(listener: Listener): void {
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => {
    const heard: Listener = (event) => newest.current(event);
    listeners.add(heard);
    return () => void listeners.delete(heard);
  }, []);
}

/** Follows the stream; what became old is asked again every two seconds at most, the wall whenever the stream opens. */
export function useOperatorEvents(): LiveState {
  const queries = useQueryClient();
  const may = useMay();
  const old = useRef(new Map<string, ReadonlyArray<string>>());
  useEffect(() => {
    const timer = setInterval(() => {
      for (const queryKey of old.current.values()) void queries.invalidateQueries({ queryKey });
      old.current.clear();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [queries]);
  const live = useLive(may("sites:read") ? "/api/v1/live/operator" : null, (event) => {
    for (const listener of listeners) listener(event);
    for (const key of madeOldBy(event)) old.current.set(key.join(), key);
  });
  useEffect(() => {
    if (live === "live") void queries.invalidateQueries({ queryKey: ["wall"] });
  }, [live, queries]);
  return live;
}
