/** What is to be said of an EVSE or a bay now. */
import type { BayView, EvseView } from "../../api/types.gen";
import { textsOf } from "../../kit/i18n";
import type { Tone } from "../../kit/ui";

type State = "free" | "charging" | "occupied" | "reserved" | "closed" | "faulted" | "offline" | "unknown";

const TONES: Record<State, Tone> = {
  free: "good",
  charging: "busy",
  occupied: "busy",
  reserved: "warn",
  closed: "off",
  faulted: "bad",
  offline: "off",
  unknown: "off",
};

export const useStateWords = textsOf<Record<State, string>>({
  en: {
    free: "Free",
    charging: "Charging",
    occupied: "Taken",
    reserved: "Reserved",
    closed: "Closed",
    faulted: "Out of order",
    offline: "Not connected",
    unknown: "Unknown",
  },
  de: {
    free: "Frei",
    charging: "Lädt",
    occupied: "Belegt",
    reserved: "Reserviert",
    closed: "Geschlossen",
    faulted: "Gestört",
    offline: "Nicht verbunden",
    unknown: "Unbekannt",
  },
});

export function stateOfEvse(evse: EvseView, isOnline: boolean): { state: State; tone: Tone } {
  return withTone(evseState(evse, isOnline));
}

export function stateOfBay(bay: BayView): { state: State; tone: Tone } {
  if (bay.is_closed) return withTone("closed");
  if (bay.state === "out_of_order") return withTone("faulted");
  if (bay.is_occupied) return withTone("occupied");
  return withTone(bay.state === "unknown" ? "unknown" : "free");
}

function evseState(evse: EvseView, isOnline: boolean): State {
  if (evse.is_closed) return "closed";
  if (!isOnline) return "offline";
  if (evse.is_available) return "free";
  if (evse.status === "Faulted") return "faulted";
  if (evse.status === "Reserved") return "reserved";
  if (evse.status === "Unavailable") return "closed";
  if (evse.status === "Occupied") return evse.charging_state === "Charging" ? "charging" : "occupied";
  return "unknown";
}

function withTone(state: State): { state: State; tone: Tone } {
  return { state, tone: TONES[state] };
}
