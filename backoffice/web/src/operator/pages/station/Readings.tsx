/** What the station measured, over time: a line of means by EVSE and phase. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { readSeries } from "../../../api/sdk.gen";
import type { OperatedStation, SeriesView } from "../../../api/types.gen";
import { count, energy, percent, power } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { Plot, type Series } from "../../../kit/plot";
import { answered } from "../../../kit/problem";
import { Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters } from "../../parts/Listing";
import { useUrl } from "../../parts/url";

const MEASURANDS = ["Power.Active.Import", "Energy.Active.Import.Register", "Current.Import", "Voltage", "SoC", "Temperature", "Frequency"];
const HOURS = ["1", "6", "24", "168"];
const COLOURS: ReadonlyArray<Series["colour"]> = ["accent", "busy", "warn", "bad", "off"];

const useTexts = textsOf({
  en: { loading: "Loading readings", none: "Nothing was measured in this time", over: "over time" },
  de: { loading: "Messwerte werden geladen", none: "In dieser Zeit wurde nichts gemessen", over: "über die Zeit" },
});

export function Readings({ station }: { station: OperatedStation }) {
  const texts = useTexts();
  const [search, change] = useUrl();
  const measurand = search["measurand"] ?? "Power.Active.Import";
  const hours = Number(search["hours"] ?? 1);
  const query = useQuery({
    queryKey: ["series", station.station_id, measurand, hours],
    refetchInterval: 20_000,
    queryFn: () =>
      answered(
        readSeries({
          path: { station_id: station.station_id },
          query: { measurand, points: 400, from: new Date(Date.now() - hours * 3_600_000).toISOString() },
        }),
      ),
  });
  const { times, series } = useMemo(() => drawnOf(query.data), [query.data]);
  return (
    <Card>
      <Filters
        filters={[{ name: "measurand", values: MEASURANDS }, { name: "hours", values: HOURS }]}
        search={{ measurand, hours: String(hours) }}
        onChange={change}
      />
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="18rem" label={texts.loading} />}
      {query.data !== undefined && times.length < 2 && <Empty title={texts.none} />}
      {times.length > 1 && <Plot label={`${measurand} ${texts.over}`} times={times} series={series} height={320} />}
    </Card>
  );
}

function drawnOf(data: SeriesView | undefined): { times: ReadonlyArray<number>; series: ReadonlyArray<Series> } {
  const lines = data?.lines ?? [];
  const instants = new Set(lines.flatMap((line) => line.points.map((point) => point.at)));
  const ordered = [...instants].sort();
  const series = lines.map((line, at): Series => {
    const values = new Map(line.points.map((point) => [point.at, Number(point.mean)]));
    const label = [line.evse === null ? "" : `EVSE ${line.evse}`, line.phase ?? "", line.location === "Outlet" ? "" : line.location];
    return {
      label: label.filter(Boolean).join(" "),
      format: formatOf(line.unit),
      colour: COLOURS[at % COLOURS.length] ?? "accent",
      values: ordered.map((instant) => values.get(instant) ?? null),
    };
  });
  return { times: ordered.map((instant) => new Date(instant).getTime() / 1000), series };
}

function formatOf(unit: string): (value: number) => string {
  if (unit === "W") return power;
  if (unit === "Wh") return energy;
  if (unit === "Percent") return percent;
  return (value) => `${count(value)} ${unit}`;
}
