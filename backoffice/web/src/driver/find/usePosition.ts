/** Where the driver is, once they ask for it: nothing is asked of the browser before. */
import { useState } from "react";

export interface Position {
  latitude: number;
  longitude: number;
}

export type PositionState = "unknown" | "asking" | "known" | "refused";

const PATIENCE_MS = 10_000;

export function usePosition(): { me: Position | null; state: PositionState; locate: () => Promise<Position | null> } {
  const [me, setMe] = useState<Position | null>(null);
  const [state, setState] = useState<PositionState>("unknown");
  const locate = async () => {
    setState("asking");
    try {
      const { coords } = await new Promise<GeolocationPosition>((found, failed) =>
        navigator.geolocation.getCurrentPosition(found, failed, { timeout: PATIENCE_MS, maximumAge: 60_000 }),
      );
      const here = { latitude: coords.latitude, longitude: coords.longitude };
      setMe(here);
      setState("known");
      return here;
    } catch {
      setState("refused");
      return null;
    }
  };
  return { me, state, locate };
}

const EARTH_M = 6_371_000;

export function metresBetween(one: Position, other: Position): number {
  const rad = Math.PI / 180;
  const chord =
    Math.sin(((other.latitude - one.latitude) * rad) / 2) ** 2 +
    Math.cos(one.latitude * rad) *
      Math.cos(other.latitude * rad) *
      Math.sin(((other.longitude - one.longitude) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}
