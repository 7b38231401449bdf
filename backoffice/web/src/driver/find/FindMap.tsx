/** The map of places; MapLibre is loaded when it is first drawn. */
import { lazy, Suspense } from "react";
import { Skeleton } from "../../kit/ui";
import type { FindMapProps } from "./Drawing";

const Drawing = lazy(() => import("./Drawing"));

export function FindMap(props: FindMapProps) {
  return (
    <Suspense fallback={<Skeleton height="100%" label={props.label} />}>
      <Drawing {...props} />
    </Suspense>
  );
}
