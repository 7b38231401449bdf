import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { listStationsOnWall } from "../../../api/sdk.gen";
import type { WallStation } from "../../../api/types.gen";
import { answered } from "../../../kit/problem";
import { useOnEvent } from "../../shell/events";
import { Wall, type WallState } from "./wall";

const PAGE = 5000;
const AGAIN_MS = 120_000;
const TELL_MS = 500;

/** All stations, live; asked for again now and then and whenever the stream opens, for what was not told. */
export function useWall() {
  const [wall] = useState(() => new Wall());
  const query = useQuery({
    queryKey: ["wall"],
    refetchInterval: AGAIN_MS,
    queryFn: async ({ signal }) => {
      wall.ask();
      const stations: WallStation[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await answered(listStationsOnWall({ query: { limit: PAGE, ...(cursor ? { cursor } : {}) }, signal }));
        stations.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor);
      return stations;
    },
  });
  const { data, dataUpdatedAt, isFetching } = query;
  useEffect(() => {
    // An answer equal to the one before is the same object, and is news to a wall that was changed meanwhile.
    if (data !== undefined) wall.load(data);
  }, [wall, data, dataUpdatedAt]);
  useEffect(() => {
    if (!isFetching) wall.settle();
  }, [wall, isFetching]);
  useOnEvent((event) => wall.take(event));
  return { wall, query };
}

/** How many stations are in each state, told twice a second at most. */
export function useCounts(wall: Wall): Record<WallState, number> {
  const [counts, tell] = useState(wall.counts);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let loaded = wall.stations;
    const tellNow = () => {
      timer = undefined;
      tell({ ...wall.counts });
    };
    const stop = wall.subscribe(() => {
      if (loaded === wall.stations) timer ??= setTimeout(tellNow, TELL_MS);
      else tellNow();
      loaded = wall.stations;
    });
    tellNow();
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [wall]);
  return counts;
}
