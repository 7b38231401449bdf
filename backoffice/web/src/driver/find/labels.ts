/** The buttons above the map: a pin of each place with its name, and of each cluster with its count. */
import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { RefObject } from "react";
import type { FindMapProps, MapPlace } from "./Drawing";

const PIN_HEIGHT_PX = 34;
const NAMED_PX = 132;
const SMALL_PX = 44;
const CLUSTER_PX = 40;

interface Shown {
  marker: Marker;
  element: HTMLButtonElement;
  said: string;
}

export class Labels {
  readonly #map: MapLibre;
  readonly #props: RefObject<FindMapProps>;
  #shown = new Map<string, Shown>();
  #me: Marker | null = null;

  constructor(map: MapLibre, props: RefObject<FindMapProps>) {
    this.#map = map;
    this.#props = props;
  }

  /** What the source shows in this view has its button, and nothing else has. */
  draw(): void {
    if (this.#map.getSource("places") === undefined) return;
    const places = new Map(this.#props.current.places.map((place) => [place.id, place]));
    const next = new Map<string, Shown>();
    for (const found of this.#map.querySourceFeatures("places")) {
      if (found.geometry.type !== "Point") continue;
      const [longitude = 0, latitude = 0] = found.geometry.coordinates;
      const cluster: unknown = found.properties["cluster_id"];
      const key = typeof cluster === "number" ? `cluster ${cluster}` : `place ${String(found.properties["id"])}`;
      if (next.has(key)) continue;
      if (typeof cluster === "number") {
        const count = Number(found.properties["point_count"]);
        next.set(key, this.#cluster(key, count, Number(found.properties["good"]) > 0, { latitude, longitude }));
        continue;
      }
      const place = places.get(String(found.properties["id"]));
      if (place !== undefined) next.set(key, this.#place(key, place));
    }
    for (const [key, shown] of this.#shown) if (!next.has(key)) shown.marker.remove();
    this.#shown = next;
    this.#makeRoom();
  }

  /** A name that would lie on another pin is left out: the count stays, and a closer look shows the name again. */
  #makeRoom(): void {
    const taken: Array<{ x: number; y: number; half: number }> = [];
    const inOrder = [...this.#shown.values()].sort((one, other) => rank(one) - rank(other));
    for (const { marker, element } of inOrder) {
      const { x, y } = this.#map.project(marker.getLngLat());
      const isFree = (half: number) =>
        taken.every((one) => Math.abs(one.y - y) > PIN_HEIGHT_PX || Math.abs(one.x - x) > one.half + half);
      const half = element.classList.contains("map-cluster") ? CLUSTER_PX / 2 : NAMED_PX / 2;
      const isSmall = !element.classList.contains("map-cluster") && !isFree(half);
      if (element.classList.contains("map-pin")) element.dataset["small"] = String(isSmall);
      taken.push({ x, y, half: isSmall ? SMALL_PX / 2 : half });
    }
  }

  showMe(me: FindMapProps["me"]): void {
    this.#me?.remove();
    this.#me = null;
    if (me === null) return;
    const element = document.createElement("div");
    element.className = "map-me";
    this.#me = new Marker({ element }).setLngLat([me.longitude, me.latitude]).addTo(this.#map);
  }

  remove(): void {
    for (const shown of this.#shown.values()) shown.marker.remove();
    this.showMe(null);
  }

  #place(key: string, place: MapPlace): Shown {
    const isSelected = place.id === this.#props.current.selected;
    const shown = this.#button(key, [place.longitude, place.latitude], () => this.#props.current.onPick(place.id));
    const said = [place.tone, place.count, place.name, place.label, isSelected].join("|");
    if (shown.said === said) return shown;
    shown.element.classList.add("map-pin");
    shown.element.dataset["tone"] = place.tone;
    // Whoever says to their machine what they see is understood: the name begins with it.
    shown.element.setAttribute("aria-label", `${place.count} ${place.name}, ${place.label}`);
    shown.element.setAttribute("aria-pressed", String(isSelected));
    shown.element.replaceChildren(part("map-pin-count", place.count), " ", part("map-pin-name", place.name));
    return { ...shown, said };
  }

  #cluster(key: string, count: number, isGood: boolean, at: { latitude: number; longitude: number }): Shown {
    const shown = this.#button(key, [at.longitude, at.latitude], () =>
      this.#map.easeTo({ center: [at.longitude, at.latitude], zoom: this.#map.getZoom() + 2 }),
    );
    const said = `${count}|${isGood}`;
    if (shown.said === said) return shown;
    shown.element.classList.add("map-cluster");
    shown.element.dataset["tone"] = isGood ? "good" : "busy";
    shown.element.setAttribute("aria-label", this.#props.current.clusterLabel(count));
    shown.element.replaceChildren(part("", String(count)));
    return { ...shown, said };
  }

  #button(key: string, at: [number, number], onClick: () => void): Shown {
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const element = document.createElement("button");
    element.type = "button";
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      onClick();
    });
    const marker = new Marker({ element, anchor: "center" }).setLngLat(at).addTo(this.#map);
    return { marker, element, said: "" };
  }
}

/** The chosen one has its name before all others; clusters keep their place. */
function rank({ element }: Shown): number {
  if (element.classList.contains("map-cluster")) return 0;
  return element.getAttribute("aria-pressed") === "true" ? 1 : 2;
}

function part(className: string, text: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
