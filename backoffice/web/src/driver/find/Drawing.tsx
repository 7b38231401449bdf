/**
 * The map as drivers see it: land and water, a kilometre grid, and our own places by name, as buttons.
 *
 * There are no tiles and no glyphs from elsewhere, so names and counts are elements above the map: a keyboard reaches
 * them, and a screen reader reads them.
 */
import { AttributionControl, type GeoJSONSource, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef } from "react";
import type { Tone } from "../../kit/ui";
import { Labels } from "./labels";
import { gridAround, mapStyle, pointsOf } from "./mapStyle";
import "./map.css";

setWorkerUrl(workerUrl);

export interface MapPlace {
  id: string;
  latitude: number;
  longitude: number;
  tone: Tone;
  name: string;
  /** What stands in the pin: "2/3". */
  count: string;
  /** For screen readers. */
  label: string;
}

export interface View {
  latitude: number;
  longitude: number;
  zoom: number;
}

export interface FindMapProps {
  label: string;
  clusterLabel: (count: number) => string;
  places: ReadonlyArray<MapPlace>;
  selected: string | undefined;
  me: { latitude: number; longitude: number } | null;
  /** Where the map goes when this changes. */
  view: View;
  onPick: (id: string) => void;
  onMove: (view: View, radiusM: number) => void;
}

const METRES_A_DEGREE = 111_320;
// An address holds five places of a degree and two of the zoom.
const SAME_DEGREES = 2e-5;
const SAME_ZOOM = 0.02;

export default function Drawing(props: FindMapProps) {
  const { label, places, selected, me, view } = props;
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(null);
  const labels = useRef<Labels>(null);
  const newest = useRef(props);
  useEffect(() => {
    newest.current = props;
  });

  useEffect(() => {
    if (element.current === null) return;
    const made = new MapLibre({
      container: element.current,
      style: mapStyle(newest.current.places),
      center: [newest.current.view.longitude, newest.current.view.latitude],
      zoom: newest.current.view.zoom,
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
    });
    map.current = made;
    made.touchZoomRotate.disableRotation();
    made.addControl(new NavigationControl({ showCompass: false }), "top-right");
    made.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    made.addControl(new AttributionControl({ compact: true, customAttribution: "Natural Earth" }), "bottom-right");
    const drawn = new Labels(made, newest);
    labels.current = drawn;
    const tell = () => {
      const { lat, lng } = made.getCenter();
      const bounds = made.getBounds();
      const height = (bounds.getNorth() - bounds.getSouth()) / 2;
      const width = ((bounds.getEast() - bounds.getWest()) / 2) * Math.cos((lat * Math.PI) / 180);
      made.getSource<GeoJSONSource>("grid")?.setData(gridAround(bounds, made.getZoom()));
      newest.current.onMove({ latitude: lat, longitude: lng, zoom: made.getZoom() }, Math.hypot(height, width) * METRES_A_DEGREE);
    };
    made.on("moveend", tell);
    made.on("load", tell);
    made.on("render", () => made.isSourceLoaded("places") && drawn.draw());
    const themes = new MutationObserver(() => {
      made.setStyle(mapStyle(newest.current.places));
      made.once("styledata", tell);
    });
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      themes.disconnect();
      drawn.remove();
      made.remove();
      map.current = null;
    };
    // The map is made once; what changes is set below.
  }, []);

  useEffect(() => {
    const made = map.current;
    if (made === null) return;
    const { lat, lng } = made.getCenter();
    const isThere = Math.abs(lat - view.latitude) < SAME_DEGREES && Math.abs(lng - view.longitude) < SAME_DEGREES;
    if (!isThere || Math.abs(made.getZoom() - view.zoom) > SAME_ZOOM) {
      made.easeTo({ center: [view.longitude, view.latitude], zoom: view.zoom });
    }
  }, [view.latitude, view.longitude, view.zoom]);

  useEffect(() => {
    const made = map.current;
    if (made === null) return;
    const set = () => made.getSource<GeoJSONSource>("places")?.setData(pointsOf(places));
    if (made.getSource("places") === undefined) made.once("load", set);
    else set();
  }, [places]);

  useEffect(() => labels.current?.draw(), [selected]);
  useEffect(() => labels.current?.showMe(me), [me]);

  return <div ref={element} className="find-map" role="region" aria-label={label} />;
}
