import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { readArea } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Empty, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { Icon } from "../shell/icons";
import { usePageTitle } from "../shell/title";
import type { View } from "./Drawing";
import { Filters } from "./Filters";
import { FindMap } from "./FindMap";
import { Matches } from "./Matches";
import { PlaceList } from "./PlaceList";
import { placesOf, sorted, toneOf } from "./places";
import type { FindSearch } from "./search";
import { useFindTexts } from "./texts";
import { useAround } from "./useAround";
import { usePosition } from "./usePosition";
import "./find.css";

const route = getRouteApi("/mine/");
const NEAR_ZOOM = 13.5;
const START_RADIUS_M = 15_000;

export function FindPage() {
  const texts = useFindTexts();
  const search = route.useSearch();
  usePageTitle(texts.title);
  const navigate = useNavigate({ from: "/" });
  const change = (next: FindSearch) => void navigate({ search: next, replace: true });
  const { me, state, locate } = usePosition();
  const [selected, setSelected] = useState<string>();
  const [radiusM, setRadiusM] = useState(START_RADIUS_M);
  const area = useQuery({ queryKey: ["area"], queryFn: () => answered(readArea()), staleTime: 600_000 });
  const view = useView(search, area.data ?? null);
  const text = useDeferredValue(search.q ?? "");
  const around = useAround(view, radiusM, search);
  const places = useMemo(
    () => sorted(placesOf(around.data?.stations ?? [], around.data?.bays ?? []), search.sort),
    [around.data, search.sort],
  );
  const shown = useMemo(
    () =>
      places.map((place) => ({
        id: place.location.location_id,
        latitude: place.location.latitude,
        longitude: place.location.longitude,
        name: place.location.name,
        tone: toneOf(place),
        count: place.evses.total > 0 ? `${place.evses.free}/${place.evses.total}` : "P",
        label: place.evses.total > 0 ? texts.evses(place.evses.free, place.evses.total) : texts.bays(place.bays.free, place.bays.total),
      })),
    [places, texts],
  );
  const goHere = async () => {
    const here = await locate();
    if (here === null) toast(texts.refused);
    else change({ ...search, lat: here.latitude, lon: here.longitude, zoom: Math.max(search.zoom ?? 0, NEAR_ZOOM) });
  };
  const pick = (id: string) => {
    setSelected(id);
    document.getElementById(`place-${id}`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const move = (next: View, radius: number) => {
    setRadiusM(Math.ceil(radius / 500) * 500);
    change({ ...latest.current, lat: round(next.latitude, 5), lon: round(next.longitude, 5), zoom: round(next.zoom, 2) });
  };
  // The map calls long after it was drawn: what is in the address then counts.
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  });

  return (
    <div className="find">
      <h1 className="only-read">{texts.title}</h1>
      <section className="find-tools">
        <label className="find-search">
          <Icon name="search" />
          <span className="only-read">{texts.search}</span>
          <input
            type="search"
            placeholder={texts.search}
            value={search.q ?? ""}
            onChange={(event) => change(withText(search, event.target.value))}
          />
        </label>
        <Filters search={search} onChange={change} />
      </section>
      <section className="find-map-place">
        {view === null ? (
          area.isSuccess ? <Empty title={texts.nothing}><p>{texts.nothingHint}</p></Empty> : <Skeleton height="100%" label={texts.loading} />
        ) : (
          <FindMap
            label={texts.map}
            clusterLabel={texts.cluster}
            places={shown}
            selected={selected}
            me={me}
            view={view}
            onPick={pick}
            onMove={move}
          />
        )}
        <button type="button" className="find-here" aria-label={texts.here} aria-busy={state === "asking"} onClick={() => void goHere()}>
          <Icon name="locate" />
        </button>
      </section>
      <section className="find-list">
        {area.error !== null && <ProblemNote error={area.error} onRetry={() => void area.refetch()} />}
        {around.error !== null && <ProblemNote error={around.error} onRetry={() => void around.refetch()} />}
        {text !== "" ? (
          <Matches text={text} />
        ) : (
          <PlaceList
            places={places}
            isLoading={around.isPending && around.error === null}
            selected={selected}
            me={me}
            search={search}
            onChange={change}
          />
        )}
      </section>
    </div>
  );
}

interface Area {
  south: number;
  north: number;
  west: number;
  east: number;
}

const WORLD_DEGREES = 360;
// What a zoom counts in, and how much of the map all places may fill: their names want room.
const TILE_PX = 512;
const FILLED = 0.62;
const WIDEST_PX = 900;

/** Where the address says, else all locations at a glance; the same object while that is the same place. */
function useView(search: FindSearch, area: Area | null): View | null {
  return useMemo(() => {
    if (search.lat !== undefined && search.lon !== undefined) {
      return { latitude: search.lat, longitude: search.lon, zoom: search.zoom ?? NEAR_ZOOM };
    }
    if (area === null) return null;
    const degrees = Math.max(area.east - area.west, (area.north - area.south) * 1.6, 0.02);
    const width = Math.min(WIDEST_PX, window.innerWidth);
    const zoom = Math.log2((WORLD_DEGREES / degrees) * ((width * FILLED) / TILE_PX));
    return {
      latitude: (area.south + area.north) / 2,
      longitude: (area.west + area.east) / 2,
      zoom: Math.max(1, Math.min(NEAR_ZOOM, round(zoom, 2))),
    };
  }, [search.lat, search.lon, search.zoom, area]);
}

function withText(search: FindSearch, text: string): FindSearch {
  const { q: _, ...rest } = search;
  return text === "" ? rest : { ...rest, q: text };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
