/**
 * The wall's model: thousands of stations, each a few states, changed many times a second.
 *
 * 1. It lives outside of React: a change costs a lookup and marks one station, whatever is drawn.
 * 2. Counts are kept, not counted: each change moves one from a state to another.
 * 3. A snapshot is as old as the moment in which it was asked for: what was told since is taken in again over it.
 */
import type { WallStation } from "../../../api/types.gen";
import type { LiveEvent } from "../../../kit/live";
import type { Tone } from "../../../kit/ui";

export const STATES = ["available", "charging", "occupied", "reserved", "unavailable", "faulted", "unknown", "offline"] as const;
export type WallState = (typeof STATES)[number];

export const TONE_OF: Record<WallState, Tone> = {
  available: "good",
  charging: "busy",
  occupied: "busy",
  reserved: "warn",
  unavailable: "off",
  faulted: "bad",
  unknown: "off",
  offline: "off",
};

/** What a station is shown as: the first of these that one of its EVSEs is in. */
const WEIGHT: ReadonlyArray<WallState> = ["faulted", "charging", "occupied", "reserved", "available", "unavailable", "unknown"];

export interface Shown {
  station: WallStation;
  state: WallState;
}

export class Wall {
  stations: ReadonlyArray<Shown> = [];
  readonly changed = new Set<number>();
  counts = emptyCounts();
  #places = new Map<string, number>();
  #listeners = new Set<() => void>();
  #toldSinceAsked: LiveEvent[] | null = null;

  /** A snapshot is asked for: what is told from now on is newer than it. */
  ask(): void {
    this.#toldSinceAsked = [];
  }

  /** No snapshot is on its way any more. */
  settle(): void {
    this.#toldSinceAsked = null;
  }

  /** These are the stations from now on. */
  load(stations: ReadonlyArray<WallStation>): void {
    const ordered = [...stations].sort(byPlace);
    this.stations = ordered.map((station) => ({ station: { ...station, states: [...station.states] }, state: stateOf(station) }));
    this.#places = new Map(ordered.map((station, at) => [station.station_id, at]));
    this.counts = emptyCounts();
    for (const { state } of this.stations) this.counts[state] += 1;
    for (const event of this.#toldSinceAsked ?? []) this.#change(event);
    this.#tell();
  }

  /** Takes in what is told live; of a station that is not here, nothing. */
  take(event: LiveEvent): void {
    this.#toldSinceAsked?.push(event);
    if (this.#change(event)) this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether a station is shown otherwise than before. */
  #change({ name, data }: LiveEvent): boolean {
    const told = data as Record<string, unknown>;
    const at = this.#places.get(String(told["station_id"]));
    const shown = at === undefined ? undefined : this.stations[at];
    if (at === undefined || shown === undefined) return false;
    const { station } = shown;
    const evse = typeof told["evse"] === "number" ? told["evse"] - 1 : null;
    if (name === "status_changed") {
      station.is_online = told["is_online"] === true;
      if (evse !== null && typeof told["status"] === "string") setStatus(station, evse, told["status"]);
    } else if (evse !== null && (name === "started" || name === "updated")) {
      const flows = name === "started" || Number(told["power_w"] ?? 0) > 0;
      if (station.states[evse] === "occupied" || station.states[evse] === "charging") {
        station.states[evse] = flows ? "charging" : "occupied";
      }
    } else if (evse !== null && name === "completed" && station.states[evse] === "charging") {
      station.states[evse] = "occupied";
    }
    const state = stateOf(station);
    if (state === shown.state) return false;
    this.counts[shown.state] -= 1;
    this.counts[state] += 1;
    shown.state = state;
    this.changed.add(at);
    return true;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function setStatus(station: WallStation, evse: number, status: string): void {
  const next = status.toLowerCase() as WallStation["states"][number];
  if (next === "occupied" && station.states[evse] === "charging") return;
  station.states[evse] = next;
}

export function stateOf(station: WallStation): WallState {
  if (!station.is_online) return "offline";
  return WEIGHT.find((state) => station.states.some((one) => one === state)) ?? "unknown";
}

function byPlace(one: WallStation, other: WallStation): number {
  return one.location_id.localeCompare(other.location_id) || one.station_id.localeCompare(other.station_id);
}

function emptyCounts(): Record<WallState, number> {
  return Object.fromEntries(STATES.map((state) => [state, 0])) as Record<WallState, number>;
}
