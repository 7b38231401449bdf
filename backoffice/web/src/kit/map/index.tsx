/** A map of places, clustered; MapLibre is loaded when the first one is drawn. */
import { lazy, Suspense } from "react";
import { Skeleton, type Tone } from "../ui";

export interface MapPoint {
  id: string;
  latitude: number;
  longitude: number;
  tone: Tone;
  label: string;
}

export interface MapArea {
  latitude: number;
  longitude: number;
  /** From the middle to a corner. */
  radiusM: number;
}

export interface MapProps {
  /** What is shown, for screen readers. */
  label: string;
  points: ReadonlyArray<MapPoint>;
  selected?: string | undefined;
  /** Where it starts, and goes when this changes. */
  centre: { latitude: number; longitude: number; zoom: number };
  onPick: (id: string) => void;
  onMove?: (area: MapArea) => void;
}

const Drawing = lazy(() => import("./Drawing"));

export function PlaceMap(props: MapProps) {
  return (
    <Suspense fallback={<Skeleton height="100%" label={props.label} />}>
      <Drawing {...props} />
    </Suspense>
  );
}
