/** The stations on a map, drawn again every few seconds where something changed. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { type MapPoint, PlaceMap } from "../../../kit/map";
import { Skeleton } from "../../../kit/ui";
import { type Shown, TONE_OF, type Wall, type WallState } from "./wall";

const REDRAW_MS = 3000;
const WHOLE_WORLD = 360;
const WORLD_PIXELS = 512;
const WIDEST_MAP = 1100;
/** Degrees; a single station is not looked at from nearer. */
const NARROWEST = 0.05;
const MARGIN = 1.3;

export function NetworkMap({ wall, only, label }: { wall: Wall; only: WallState | undefined; label: string }) {
  const navigate = useNavigate();
  const [drawn, redraw] = useState(0);
  useEffect(() => {
    redraw((before) => before + 1);
    let isOld = false;
    let count = wall.stations;
    const stop = wall.subscribe(() => {
      isOld = true;
      if (count !== wall.stations) redraw((before) => before + 1);
      count = wall.stations;
    });
    const timer = setInterval(() => {
      if (isOld) redraw((before) => before + 1);
      isOld = false;
    }, REDRAW_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [wall]);
  const points = useMemo(
    () => wall.stations.filter((one) => only === undefined || one.state === only).map(pointOf),
    // The wall is changed in place: `drawn` says that it was.
    [wall, only, drawn],
  );
  const stations = wall.stations;
  const centre = useMemo(() => middleOf(stations), [stations]);
  if (stations.length === 0) return <Skeleton height="24rem" label={label} />;
  return (
    <div className="network-map">
      <PlaceMap
        label={label}
        points={points}
        centre={centre}
        onPick={(id) => void navigate({ to: "/stations/$id" as "/", params: { id } as never })}
      />
    </div>
  );
}

function pointOf({ station, state }: Shown): MapPoint {
  return {
    id: station.station_id,
    latitude: station.latitude,
    longitude: station.longitude,
    tone: TONE_OF[state],
    label: station.station_id,
  };
}

/** Where all of them are in sight: a map of zoom 0 shows the whole world in 512 pixels. */
function middleOf(stations: ReadonlyArray<Shown>): { latitude: number; longitude: number; zoom: number } {
  const span = (values: ReadonlyArray<number>) => ({ low: Math.min(...values), high: Math.max(...values) });
  const north = span(stations.map((one) => one.station.latitude));
  const east = span(stations.map((one) => one.station.longitude));
  const width = Math.max(east.high - east.low, (north.high - north.low) * 2, NARROWEST) * MARGIN;
  const pixels = Math.min(window.innerWidth, WIDEST_MAP);
  return {
    latitude: (north.low + north.high) / 2,
    longitude: (east.low + east.high) / 2,
    zoom: Math.max(0, Math.log2(((WHOLE_WORLD / width) * pixels) / WORLD_PIXELS)),
  };
}
