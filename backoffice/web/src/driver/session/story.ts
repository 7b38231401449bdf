/** The course of a session, out of its own events: each tells of a moment what had been charged until then. */
import { useReducer } from "react";
import type { SessionView } from "../../api/types.gen";
import { type LiveEvent, type LiveState, useLive } from "../../kit/live";
import { queryClient, session } from "../queries";

export interface Moment {
  /** Seconds since the epoch. */
  at: number;
  powerW: number | null;
  energyWh: number;
  socPercent: number | null;
}

interface Progress {
  updated_at: string;
  energy_wh: string;
  power_w: string | null;
  state_of_charge_percent: string | null;
  cost_excl_vat: string;
  cost_incl_vat: string;
  currency: string;
}

export interface Story {
  moments: ReadonlyArray<Moment>;
  /** Since when nobody charges while somebody may wait; null: nobody said so. */
  idleSince: string | null;
}

const BEGINNING: Story = { moments: [], idleSince: null };
const MOMENTS_AT_MOST = 5000;

/** The story so far. The query of the session is kept at what the events say. */
export function useStory(sessionId: string): Story & { live: LiveState } {
  const [story, tell] = useReducer(retell, BEGINNING);
  const live = useLive(
    `/api/v1/sessions/${encodeURIComponent(sessionId)}/events`,
    (event) => {
      tell(event);
      if (event.name === "updated") return patch(sessionId, event.data as Progress);
      void queryClient.invalidateQueries({ queryKey: ["session", sessionId] });
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
    },
    "0",
  );
  return { ...story, live };
}

export function retell(story: Story, event: LiveEvent): Story {
  if (event.name === "idle") return { ...story, idleSince: (event.data as { since: string }).since };
  if (event.name !== "updated") return story;
  const said = event.data as Progress;
  const moment = {
    at: Date.parse(said.updated_at) / 1000,
    powerW: numberOf(said.power_w),
    energyWh: Number(said.energy_wh),
    socPercent: numberOf(said.state_of_charge_percent),
  };
  const last = story.moments.at(-1);
  if (last !== undefined && moment.at <= last.at) return story;
  const isFlowing = moment.powerW !== null && moment.powerW > 0;
  return { moments: [...story.moments, moment].slice(-MOMENTS_AT_MOST), idleSince: isFlowing ? null : story.idleSince };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** What is shown moves at once; its state is read anew only where something else than progress was said. */
function patch(sessionId: string, said: Progress): void {
  queryClient.setQueryData(session(sessionId).queryKey, (known: SessionView | undefined) => {
    if (known === undefined || known.state === "completed" || Number(said.energy_wh) < Number(known.energy_wh)) return known;
    const { energy_wh, power_w, state_of_charge_percent, cost_excl_vat, cost_incl_vat, currency } = said;
    return { ...known, energy_wh, power_w, state_of_charge_percent, cost_excl_vat, cost_incl_vat, currency };
  });
}

const TREND_S = 600;

/**
 * Seconds until the battery is full, as it goes now: by how its state of charge grew in the last ten minutes, else by
 * its size and the power. null: too little is known.
 */
export function secondsUntilFull(moments: ReadonlyArray<Moment>, batteryWh: number | null): number | null {
  const last = moments.at(-1);
  if (last === undefined || last.socPercent === null) return null;
  const missing = 100 - last.socPercent;
  if (missing <= 0) return 0;
  const before = moments.find((one) => one.at >= last.at - TREND_S && one.socPercent !== null);
  const grown = last.socPercent - (before?.socPercent ?? last.socPercent);
  if (before !== undefined && grown > 0) return (missing * (last.at - before.at)) / grown;
  if (batteryWh === null || last.powerW === null || last.powerW <= 0) return null;
  return ((missing / 100) * batteryWh * 3600) / last.powerW;
}
