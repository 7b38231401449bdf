/** The colour of a state, wherever it is shown. */
import type { Tone } from "../../kit/ui";

const STATES: Record<Tone, ReadonlyArray<string>> = {
  good: [
    "available", "Available", "free", "Accepted", "done", "paid", "completed", "honoured", "used", "answered", "sent",
    "finished", "online", "cleared", "same", "recovered", "accepted",
  ],
  busy: [
    "charging", "Charging", "running", "sending", "called", "confirmed", "acknowledged", "occupied", "Occupied", "parked",
    "held", "on_account", "pending", "requested", "due", "awaiting_start",
  ],
  warn: [
    "suspended", "reserved", "Reserved", "Pending", "queued", "waiting", "open", "paused", "planned", "by_hand", "warning",
    "raised", "different", "ending", "quiet", "credited", "EVConnected", "SuspendedEV", "SuspendedEVSE",
  ],
  bad: [
    "faulted", "Faulted", "Rejected", "failed", "critical", "refused", "unauthorised", "out_of_order", "given_up", "lost",
    "written_off",
  ],
  off: [],
};

const TONE_OF = new Map<string, Tone>(
  (Object.entries(STATES) as [Tone, ReadonlyArray<string>][]).flatMap(([tone, states]) =>
    states.map((state): [string, Tone] => [state, tone]),
  ),
);

export function toneOf(state: string): Tone {
  return TONE_OF.get(state) ?? "off";
}
