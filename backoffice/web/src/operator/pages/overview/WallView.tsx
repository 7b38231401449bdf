/** The wall: a cell a station, drawn on a canvas; only what changed is drawn again. Arrow keys go from cell to cell. */
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { useWords } from "../../parts/words";
import { type Shown, TONE_OF, type Wall, type WallState } from "./wall";

const GAP = 2;
const MIN_CELL = 9;
const MAX_CELL = 72;
const NAMED_FROM = 56;
const ROUND = 0.14;
const ROUND_FROM = 24;
const SHARE_OF_SCREEN = 0.62;

interface Grid {
  columns: number;
  cell: number;
  height: number;
}

/** Cells as large as fit into this height, unless they would be too small to point at. */
export function gridOf(count: number, width: number, tallest: number): Grid {
  const ideal = Math.sqrt((width * tallest) / Math.max(1, count)) - GAP;
  const cell = Math.max(MIN_CELL, Math.min(MAX_CELL, Math.floor(ideal)));
  const columns = Math.max(1, Math.floor((width + GAP) / (cell + GAP)));
  return { columns, cell, height: Math.max(cell, Math.ceil(count / columns) * (cell + GAP) - GAP) };
}

interface Painter {
  all: () => void;
  changed: () => void;
}

export function WallView({ wall, only, label }: { wall: Wall; only: WallState | undefined; label: string }) {
  const words = useWords();
  const navigate = useNavigate();
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = useRef<Grid>({ columns: 1, cell: MIN_CELL, height: MIN_CELL });
  const [pointed, point] = useState<{ at: number; x: number; y: number } | null>(null);

  useEffect(() => {
    const parent = place.current;
    const drawn = canvas.current;
    const context = drawn?.getContext("2d", { alpha: false });
    if (parent === null || drawn === null || context === null || context === undefined) return;
    const painter = painterOf(wall, drawn, context, grid, parent, only);
    let frame = 0;
    let isWhole = false;
    const ask = (whole: boolean) => {
      isWhole ||= whole;
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (isWhole) painter.all();
        else painter.changed();
        isWhole = false;
      });
    };
    ask(true);
    let count = wall.stations;
    const stop = wall.subscribe(() => {
      ask(count !== wall.stations);
      count = wall.stations;
    });
    let width = parent.clientWidth;
    const sizes = new ResizeObserver(() => {
      ask(width !== parent.clientWidth);
      width = parent.clientWidth;
    });
    sizes.observe(parent);
    const themes = new MutationObserver(() => ask(true));
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      cancelAnimationFrame(frame);
      stop();
      sizes.disconnect();
      themes.disconnect();
    };
  }, [wall, only]);

  const show = (at: number) => {
    const { columns, cell } = grid.current;
    if (at < 0 || at >= wall.stations.length) return;
    point({ at, x: (at % columns) * (cell + GAP), y: Math.floor(at / columns) * (cell + GAP) + cell });
  };
  const open = (shown: Shown | undefined) => {
    if (shown !== undefined) void navigate({ to: "/stations/$id" as "/", params: { id: shown.station.station_id } as never });
  };
  const placeOf = (event: MouseEvent) => {
    const { columns, cell } = grid.current;
    const column = Math.floor(event.nativeEvent.offsetX / (cell + GAP));
    return column >= columns ? -1 : Math.floor(event.nativeEvent.offsetY / (cell + GAP)) * columns + column;
  };
  const onKey = (event: KeyboardEvent) => {
    const at = pointed?.at ?? -1;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: grid.current.columns, ArrowUp: -grid.current.columns };
    const step = steps[event.key];
    if (step !== undefined) show(at === -1 ? 0 : at + step);
    else if (event.key === "Enter") open(wall.stations[at]);
    else return;
    event.preventDefault();
  };
  const shown = pointed === null ? undefined : wall.stations[pointed.at];
  const said = shown === undefined ? "" : `${shown.station.station_id}, ${words(shown.state)}`;

  return (
    <div
      ref={place}
      className="wall"
      role="application"
      aria-label={label}
      tabIndex={0}
      onKeyDown={onKey}
      onMouseMove={(event) => event.target === canvas.current && show(placeOf(event))}
      onMouseLeave={() => point(null)}
      onClick={(event) => open(wall.stations[placeOf(event)])}
    >
      <canvas ref={canvas} />
      <span className="only-read" aria-live="polite">
        {said}
      </span>
      {shown !== undefined && pointed !== null && (
        <div className="wall-tip" style={{ left: pointed.x, top: pointed.y }}>
          <strong>{shown.station.station_id}</strong> {shown.station.location_id}
          <br />
          {shown.station.is_online ? shown.station.states.map(words).join(" · ") : words("offline")}
        </div>
      )}
    </div>
  );
}

function painterOf(
  wall: Wall,
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  grid: { current: Grid },
  parent: HTMLElement,
  only: WallState | undefined,
): Painter {
  let colours = coloursOf();
  const cellAt = (at: number) => {
    const { columns, cell } = grid.current;
    const shown = wall.stations[at];
    if (shown === undefined) return;
    const x = (at % columns) * (cell + GAP);
    const y = Math.floor(at / columns) * (cell + GAP);
    context.fillStyle = colours.surface;
    context.fillRect(x - 1, y - 1, cell + 2, cell + 2);
    context.globalAlpha = only === undefined || only === shown.state ? 1 : 0.15;
    paint(context, shown, x, y, cell, colours);
    context.globalAlpha = 1;
  };
  return {
    all: () => {
      colours = coloursOf();
      const ratio = window.devicePixelRatio;
      const width = parent.clientWidth;
      grid.current = gridOf(wall.stations.length, width, window.innerHeight * SHARE_OF_SCREEN);
      canvas.width = width * ratio;
      canvas.height = grid.current.height * ratio;
      canvas.style.height = `${grid.current.height}px`;
      context.scale(ratio, ratio);
      context.fillStyle = colours.surface;
      context.fillRect(0, 0, width, grid.current.height);
      for (let at = 0; at < wall.stations.length; at++) cellAt(at);
      wall.changed.clear();
    },
    changed: () => {
      for (const at of wall.changed) cellAt(at);
      wall.changed.clear();
    },
  };
}

/** Told apart without colour too: charging is whole, occupied half, offline an outline, a fault has a cross. */
function paint(context: CanvasRenderingContext2D, { station, state }: Shown, x: number, y: number, cell: number, colours: Colours): void {
  const strong = colours[TONE_OF[state]];
  const soft = colours[`${TONE_OF[state]}-soft`];
  const isFull = state === "charging" || state === "faulted" || state === "available";
  const shape = (top: number) => {
    context.beginPath();
    if (cell >= ROUND_FROM) context.roundRect(x, y + top, cell, cell - top, cell * ROUND);
    else context.rect(x, y + top, cell, cell - top);
  };
  context.fillStyle = state === "offline" ? colours.surface : isFull ? strong : soft;
  shape(0);
  context.fill();
  if (!isFull && state !== "occupied") {
    context.strokeStyle = strong;
    context.stroke();
  }
  if (state === "occupied") {
    context.fillStyle = strong;
    shape(cell / 2);
    context.fill();
  }
  if (state === "faulted") cross(context, x, y, cell, colours.surface);
  if (cell < NAMED_FROM) return;
  context.fillStyle = isFull ? colours.surface : strong;
  context.font = "11px system-ui, sans-serif";
  context.fillText(station.station_id.slice(-9), x + 6, y + 16, cell - 12);
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, cell: number, colour: string): void {
  const inset = cell * 0.36;
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1.5, cell / 16);
  context.beginPath();
  context.moveTo(x + inset, y + inset);
  context.lineTo(x + cell - inset, y + cell - inset);
  context.moveTo(x + cell - inset, y + inset);
  context.lineTo(x + inset, y + cell - inset);
  context.stroke();
  context.lineWidth = 1;
}

const NAMES = [
  "surface", "good", "busy", "warn", "bad", "off", "good-soft", "busy-soft", "warn-soft", "bad-soft", "off-soft",
] as const;
type Colours = Record<(typeof NAMES)[number], string>;

function coloursOf(): Colours {
  const tokens = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, tokens.getPropertyValue(`--${name}`).trim()])) as Colours;
}
