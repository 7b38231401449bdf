/** What is when and where: a row a place, a bar a thing, some days wide; the days are in the address (`from`). */
import { Link } from "@tanstack/react-router";
import { dateTime, day } from "../../kit/format";
import { language, textsOf } from "../../kit/i18n";
import { Button, type Tone } from "../../kit/ui";
import "./timeline.css";
import { useUrl } from "./url";

const DAY_MS = 86_400_000;
const WIDTHS = [1, 7, 14, 28];

const useTexts = textsOf({
  en: { earlier: "Earlier", later: "Later", today: "Today", open: "open end", day: "1 day", days: "days", width: "How many days" },
  de: { earlier: "Früher", later: "Später", today: "Heute", open: "offenes Ende", day: "1 Tag", days: "Tage", width: "Wie viele Tage" },
});

export interface Bar {
  id: string;
  begin: string;
  /** null: nobody knows yet. */
  end: string | null;
  tone: Tone;
  label: string;
}

export interface Lane {
  name: string;
  bars: ReadonlyArray<Bar>;
}

export interface Days {
  begin: Date;
  end: Date;
  days: number;
}

/** The days shown: from midnight here of what the address says, or of today; so many as it says, or as `usual`. */
export function useDays(usual: number): Days {
  const [search] = useUrl();
  const asked = new Date(`${(search["from"] ?? "").slice(0, 10)}T00:00`);
  const begin = Number.isNaN(asked.getTime()) ? new Date(new Date().setHours(0, 0, 0, 0)) : asked;
  const days = WIDTHS.find((one) => String(one) === search["days"]) ?? usual;
  return { begin, end: new Date(begin.getTime() + days * DAY_MS), days };
}

export function Timeline({ label, shown, lanes, to }: { label: string; shown: Days; lanes: ReadonlyArray<Lane>; to?: string }) {
  const texts = useTexts();
  const { begin, end } = shown;
  const share = (at: number) => `${Math.min(100, Math.max(0, ((at - begin.getTime()) / (end.getTime() - begin.getTime())) * 100))}%`;
  const now = Date.now();
  const columns = columnsOf(shown);
  return (
    <div className="stack">
      <Steps shown={shown} />
      <div className="timeline" role="region" aria-label={label} tabIndex={0}>
        <div className="timeline-head" aria-hidden="true">
          <span />
          <div>
            {columns.map((one) => (
              <span key={one}>{one}</span>
            ))}
          </div>
        </div>
        {lanes.map((lane) => (
          <div key={lane.name} className="timeline-lane">
            <h3>{lane.name}</h3>
            <ul style={{ backgroundSize: `${100 / columns.length}% 100%` }}>
              {now > begin.getTime() && now < end.getTime() && <li className="timeline-now" style={{ left: share(now) }} aria-hidden="true" />}
              {lane.bars.map((bar) => (
                <li
                  key={bar.id}
                  className="timeline-bar"
                  data-tone={bar.tone}
                  style={{
                    left: share(new Date(bar.begin).getTime()),
                    right: `calc(100% - ${share(bar.end === null ? end.getTime() : new Date(bar.end).getTime())})`,
                  }}
                  title={`${bar.label}: ${dateTime(bar.begin)} – ${bar.end === null ? texts.open : dateTime(bar.end)}`}
                >
                  <BarLabel bar={bar} to={to} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </div>
  );
}


function Steps({ shown: { begin, end, days } }: { shown: Days }) {
  const texts = useTexts();
  const [, change] = useUrl();
  const move = (by: number) => change({ from: new Date(begin.getTime() + by * days * DAY_MS + DAY_MS / 2).toLocaleDateString("sv") });
  const last = new Date(end.getTime() - DAY_MS / 2);
  return (
    <div className="row">
      <Button size="small" onClick={() => move(-1)}>{`← ${texts.earlier}`}</Button>
      <Button size="small" onClick={() => change({ from: undefined })}>
        {texts.today}
      </Button>
      <Button size="small" onClick={() => move(1)}>{`${texts.later} →`}</Button>
      <select className="small-select" aria-label={texts.width} value={days} onChange={(event) => change({ days: event.target.value })}>
        {WIDTHS.map((one) => (
          <option key={one} value={one}>
            {one === 1 ? texts.day : `${one} ${texts.days}`}
          </option>
        ))}
      </select>
      <span className="quiet">{days === 1 ? day(begin) : `${day(begin)} – ${day(last)}`}</span>
    </div>
  );
}

function BarLabel({ bar, to }: { bar: Bar; to: string | undefined }) {
  const when = <span className="only-read">{dateTime(bar.begin)}</span>;
  if (to === undefined) {
    return (
      <>
        {bar.label} {when}
      </>
    );
  }
  return (
    <Link to={to as "/stations/$id"} params={{ id: bar.id }}>
      {bar.label} {when}
    </Link>
  );
}

function columnsOf({ begin: first, days: count }: Days): ReadonlyArray<string> {
  if (count === 1) return Array.from({ length: 12 }, (_, at) => `${String(at * 2).padStart(2, "0")}:00`);
  const noon = (at: number) => new Date(first.getTime() + at * DAY_MS + DAY_MS / 2);
  return Array.from({ length: count }, (_, at) => new Intl.DateTimeFormat(language(), { weekday: "short", day: "numeric" }).format(noon(at)));
}
