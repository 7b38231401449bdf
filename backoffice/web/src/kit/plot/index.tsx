/** A plot over time; uPlot is loaded when the first one is drawn. */
import { lazy, Suspense } from "react";
import { Skeleton } from "../ui";

export interface Series {
  label: string;
  /** The value as people read it. */
  format: (value: number) => string;
  /** The name of a colour token. */
  colour: "accent" | "busy" | "warn" | "bad" | "off";
  values: ReadonlyArray<number | null>;
}

export interface PlotProps {
  /** What is shown, for screen readers. */
  label: string;
  /** Seconds since the epoch, ascending; as many as each series has values. */
  times: ReadonlyArray<number>;
  series: ReadonlyArray<Series>;
  height?: number;
  /** Values are amounts of something: the axis begins at nothing, and what lies under the line is filled. */
  isFromZero?: boolean;
  hasLegend?: boolean;
}

const Drawing = lazy(() => import("./Drawing"));

export function Plot(props: PlotProps) {
  const height = props.height ?? 220;
  return (
    <Suspense fallback={<Skeleton height={`${height}px`} label={props.label} />}>
      <Drawing {...props} height={height} />
    </Suspense>
  );
}
