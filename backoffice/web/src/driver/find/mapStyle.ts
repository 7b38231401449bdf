/** What lies under the places: land, water, and a grid that gives a sense of distance. */
import type { LngLatBounds, StyleSpecification } from "maplibre-gl";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import land from "world-atlas/land-50m.json";
import type { MapPlace } from "./Drawing";

const CLUSTER_RADIUS_PX = 72;
const CLUSTERED_UNTIL_ZOOM = 14;
const LINES_AT_MOST = 60;
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function mapStyle(places: ReadonlyArray<MapPlace>): StyleSpecification {
  const world = land as unknown as Topology;
  const shapes = world.objects["land"];
  if (shapes === undefined) throw new Error("world-atlas has no land");
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: feature(world, shapes) as GeoJSON.GeoJSON },
      grid: { type: "geojson", data: NOTHING },
      places: {
        type: "geojson",
        data: pointsOf(places),
        cluster: true,
        clusterRadius: CLUSTER_RADIUS_PX,
        clusterMaxZoom: CLUSTERED_UNTIL_ZOOM,
        clusterProperties: { good: ["+", ["case", ["==", ["get", "tone"], "good"], 1, 0]] },
      },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": token("water") } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": token("land"), "fill-antialias": false } },
      { id: "grid", type: "line", source: "grid", paint: { "line-color": token("line"), "line-width": 1 } },
      // Drawn so that the map loads and clusters the source; what is seen are the labels.
      { id: "places", type: "circle", source: "places", paint: { "circle-radius": 1, "circle-opacity": 0 } },
    ],
  };
}

export function pointsOf(places: ReadonlyArray<MapPlace>): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: places.map((place) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [place.longitude, place.latitude] },
      properties: { id: place.id, tone: place.tone },
    })),
  };
}

/** Lines a power of two of a degree's hundredth apart, so that they stay where they are while the map moves. */
export function gridAround(bounds: LngLatBounds, zoom: number): GeoJSON.FeatureCollection {
  const step = 0.01 * 2 ** Math.max(0, Math.ceil(12.5 - zoom));
  const [west, east] = [bounds.getWest(), bounds.getEast()];
  const [south, north] = [Math.max(-85, bounds.getSouth()), Math.min(85, bounds.getNorth())];
  const lines: GeoJSON.Position[][] = [];
  const wide = step * 1.6;
  for (let at = Math.ceil(west / wide) * wide; at <= east && lines.length < LINES_AT_MOST; at += wide) {
    lines.push([[at, south], [at, north]]);
  }
  for (let at = Math.ceil(south / step) * step; at <= north && lines.length < 2 * LINES_AT_MOST; at += step) {
    lines.push([[west, at], [east, at]]);
  }
  return {
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } }],
  };
}
