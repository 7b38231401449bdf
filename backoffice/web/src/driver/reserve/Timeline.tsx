/** One day as a band: what is free, and what is chosen. A tap where it is free begins there. */
import type { MouseEvent } from "react";
import { clockTime } from "../../kit/format";
import { type Span, STEP_MS } from "./slots";
import { useReserveTexts } from "./texts";
import "./reserve.css";

const HOURS = [0, 6, 12, 18, 24];

interface TimelineProps {
  day: Span;
  free: ReadonlyArray<Span>;
  wish: Span | null;
  now: number;
  onBegin: (at: number) => void;
}

export function Timeline({ day, free, wish, now, onBegin }: TimelineProps) {
  const texts = useReserveTexts();
  const length = day.end - day.begin;
  const place = ({ begin, end }: Span) => ({
    left: `${((begin - day.begin) / length) * 100}%`,
    width: `${((Math.min(end, day.end) - begin) / length) * 100}%`,
  });
  const choose = (event: MouseEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = day.begin + ((event.clientX - box.left) / box.width) * length;
    onBegin(Math.max(Math.floor(at / STEP_MS) * STEP_MS, Math.ceil(now / STEP_MS) * STEP_MS));
  };
  return (
    <figure className="timeline">
      {/* A convenience for pointers: the same is chosen by the fields below, with any device. */}
      <div className="timeline-band" onClick={choose}>
        {free.map((slot) => (
          <div key={slot.begin} className="timeline-free" style={place(slot)} />
        ))}
        {wish !== null && wish.begin < day.end && <div className="timeline-wish" style={place(wish)} />}
        {now > day.begin && now < day.end && <div className="timeline-now" style={{ left: place({ begin: now, end: now }).left }} />}
      </div>
      <div className="timeline-hours" aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour} className="number">
            {String(hour).padStart(2, "0")}
          </span>
        ))}
      </div>
      <figcaption className="quiet small">
        <span className="only-read">
          {texts.timeline}: {free.map((slot) => `${clockTime(new Date(slot.begin))}–${clockTime(new Date(slot.end))} ${texts.free}`).join(", ")}.
        </span>
        <span className="timeline-key" data-of="free" /> {texts.free} <span className="timeline-key" data-of="wish" /> {texts.yours}
      </figcaption>
    </figure>
  );
}
