import { useMemo } from "react";
import { power as powerText } from "../../kit/format";
import { Plot } from "../../kit/plot";
import type { Moment } from "./story";

interface PowerCurveProps {
  moments: ReadonlyArray<Moment>;
  label: string;
  power: string;
  /** Said while there is nothing to draw. */
  none: string;
}

export function PowerCurve({ moments, label, power, none }: PowerCurveProps) {
  const drawn = useMemo(() => {
    const told = moments.filter((one) => one.powerW !== null);
    return { times: told.map((one) => one.at), values: told.map((one) => one.powerW) };
  }, [moments]);
  if (drawn.times.length < 2) return <p className="quiet">{none}</p>;
  return (
    <Plot
      label={label}
      times={drawn.times}
      series={[{ label: power, format: powerText, colour: "accent", values: drawn.values }]}
      height={200}
      isFromZero
      hasLegend={false}
    />
  );
}
