import { type GeoJSONSource, Map as MapLibre, NavigationControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef } from "react";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import land from "world-atlas/land-50m.json";
import type { Tone } from "../ui";
import type { MapProps } from "./index";
import "./map.css";

setWorkerUrl(workerUrl);
const TONES: readonly Tone[] = ["good", "busy", "warn", "bad", "off"];
const EARTH_M = 6_371_000;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function style(points: GeoJSON.FeatureCollection): StyleSpecification {
  const world = land as unknown as Topology;
  const shapes = world.objects["land"];
  if (shapes === undefined) throw new Error("world-atlas has no land");
  const tone = ["match", ["get", "tone"], ...TONES.flatMap((one) => [one, token(one)]), token("off")];
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: feature(world, shapes) as GeoJSON.GeoJSON },
      places: { type: "geojson", data: points, cluster: true, clusterRadius: 44, clusterMaxZoom: 14, promoteId: "id" },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": token("water") } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": token("land") } },
      {
        id: "clusters",
        type: "circle",
        source: "places",
        filter: ["has", "point_count"],
        paint: {
          "circle-color": token("accent"),
          "circle-radius": ["step", ["get", "point_count"], 14, 10, 20, 50, 26, 500, 32],
          "circle-stroke-width": 3,
          "circle-stroke-color": token("surface"),
        },
      },
      {
        id: "places",
        type: "circle",
        source: "places",
        filter: ["!", ["has", "point_count"]],
        paint: {
          "circle-color": tone as never,
          "circle-radius": ["case", ["boolean", ["feature-state", "selected"], false], 13, 9],
          "circle-stroke-width": 3,
          "circle-stroke-color": token("surface"),
        },
      },
    ],
  };
}

function collection(points: MapProps["points"]): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: points.map((point) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [point.longitude, point.latitude] },
      properties: { id: point.id, tone: point.tone },
    })),
  };
}

function radius(map: MapLibre): number {
  const { lat, lng } = map.getCenter();
  const corner = map.getBounds().getNorthEast();
  const rad = Math.PI / 180;
  const chord =
    Math.sin(((corner.lat - lat) * rad) / 2) ** 2 +
    Math.cos(lat * rad) * Math.cos(corner.lat * rad) * Math.sin(((corner.lng - lng) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export default function Drawing({ label, points, selected, centre, onPick, onMove }: MapProps) {
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(null);
  const newest = useRef({ points, onPick, onMove });
  useEffect(() => {
    newest.current = { points, onPick, onMove };
  });

  useEffect(() => {
    if (place.current === null) return;
    const made = new MapLibre({
      container: place.current,
      style: style(collection(newest.current.points)),
      center: [centre.longitude, centre.latitude],
      zoom: centre.zoom,
      attributionControl: false,
    });
    map.current = made;
    made.addControl(new NavigationControl({ showCompass: false }), "top-right");
    made.on("click", "places", (event) => {
      const id: unknown = event.features?.[0]?.properties["id"];
      if (typeof id === "string") newest.current.onPick(id);
    });
    made.on("click", "clusters", (event) => made.easeTo({ center: event.lngLat, zoom: made.getZoom() + 2 }));
    for (const layer of ["places", "clusters"]) {
      made.on("mouseenter", layer, () => (made.getCanvas().style.cursor = "pointer"));
      made.on("mouseleave", layer, () => (made.getCanvas().style.cursor = ""));
    }
    const tell = () => {
      const { lat, lng } = made.getCenter();
      newest.current.onMove?.({ latitude: lat, longitude: lng, radiusM: radius(made) });
    };
    made.on("moveend", tell);
    made.on("load", tell);
    const themes = new MutationObserver(() => made.setStyle(style(collection(newest.current.points))));
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      themes.disconnect();
      made.remove();
    };
    // The map is made once; what changes is set below.
  }, []);

  useEffect(() => {
    map.current?.easeTo({ center: [centre.longitude, centre.latitude], zoom: centre.zoom });
  }, [centre.latitude, centre.longitude, centre.zoom]);

  useEffect(() => {
    const made = map.current;
    if (made === null) return;
    const draw = () => {
      made.getSource<GeoJSONSource>("places")?.setData(collection(points));
      made.removeFeatureState({ source: "places" });
      if (selected !== undefined) made.setFeatureState({ source: "places", id: selected }, { selected: true });
    };
    if (made.isStyleLoaded()) draw();
    else made.once("load", draw);
  }, [points, selected]);

  return <div ref={place} className="map" role="application" aria-label={label} />;
}
