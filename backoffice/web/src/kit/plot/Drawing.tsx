import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clockTime, day } from "../format";
import type { PlotProps, Series } from "./index";

const MINUTE_S = 60;
const DAY_S = 86_400;

export default function Drawing({ label, times, series, height = 220, isFromZero = false, hasLegend = true }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const newest = useRef({ times, series });
  const shape = series.map((one) => `${one.label}/${one.colour}`).join();
  useEffect(() => {
    newest.current = { times, series };
  });

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new UPlot(optionsOf(newest.current.series, { width: parent.clientWidth, height, isFromZero, hasLegend }), dataOf(newest.current), parent);
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: parent.clientWidth, height }));
    sizes.observe(parent);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, height, isFromZero, hasLegend]);

  useEffect(() => plot.current?.setData(dataOf({ times, series })), [times, series]);

  return <div ref={place} role="img" aria-label={label} />;
}

function dataOf({ times, series }: Pick<PlotProps, "times" | "series">): UPlot.AlignedData {
  return [times, ...series.map((one) => one.values)] as UPlot.AlignedData;
}

interface Look {
  width: number;
  height: number;
  isFromZero: boolean;
  hasLegend: boolean;
}

/** Times as the reader writes them, as fine as they lie apart. */
function timesOf(splits: ReadonlyArray<number>): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((at) => {
    const when = new Date(at * 1000);
    if (step >= DAY_S) return day(when);
    return step < MINUTE_S ? `${clockTime(when)}:${String(when.getSeconds()).padStart(2, "0")}` : clockTime(when);
  });
}

function optionsOf(series: ReadonlyArray<Series>, { width, height, isFromZero, hasLegend }: Look): UPlot.Options {
  const tokens = getComputedStyle(document.documentElement);
  const colour = (name: string) => tokens.getPropertyValue(`--${name}`).trim();
  const axis: UPlot.Axis = { stroke: colour("text-quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const [first] = series;
  return {
    width,
    height,
    legend: { show: hasLegend },
    scales: isFromZero ? { y: { range: (_, least, most) => [Math.min(0, least), Math.max(0, most) * 1.1 || 1] } } : {},
    axes: [{ ...axis, space: 72, values: (_, splits) => timesOf(splits) }, { ...axis, size: 72, values: (_, values) => values.map((value) => first?.format(value) ?? "") }],
    series: [
      {},
      ...series.map((one) => ({
        label: one.label,
        stroke: colour(one.colour),
        width: 2,
        ...(isFromZero ? { fill: colour(`${one.colour}-soft`) } : {}),
        points: { show: false },
        value: (_: UPlot, value: number | null) => (value === null ? "–" : one.format(value)),
      })),
    ],
  };
}
