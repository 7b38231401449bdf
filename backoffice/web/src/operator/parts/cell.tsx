/** A value of the interface as people read it, by its name and what stands beside it. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ago, dateTime, duration, energy, percent, power } from "../../kit/format";
import { Badge } from "../../kit/ui";
import { priced } from "./money";
import { toneOf } from "./tones";
import { useWords } from "./words";

const STATES = new Set([
  "state", "status", "charging_state", "severity", "registration", "verdict", "station", "role", "kind", "heard_registration",
]);
const MONEY = /^(total|cost|amount|paid$|credited$|refunded$|balance$|price$|gross$|net$|vat$|credited_gross$)/;

const PAGES: Record<string, string> = {
  station_id: "/stations/$id",
  session_id: "/sessions/$id",
  invoice_id: "/invoices/$id",
  driver_id: "/drivers/$id",
  tariff_id: "/tariffs/$id",
  campaign_id: "/campaigns/$id",
  location_id: "/locations/$id",
};

export type Row = Readonly<Record<string, unknown>>;

/** An id that is long is shown by its end; all of it is in the title. */
export function Ref({ name, value, text }: { name: string; value: string; text?: string }) {
  const to = PAGES[name];
  const short = text ?? (value.length > 20 ? `…${value.slice(-8)}` : value);
  if (to === undefined) return <span title={value}>{short}</span>;
  return (
    <Link to={to as "/stations/$id"} params={{ id: value }} title={value}>
      {short}
    </Link>
  );
}

export function State({ value }: { value: string }) {
  const words = useWords();
  return <Badge tone={toneOf(value)}>{words(value)}</Badge>;
}

export function Time({ value }: { value: string }) {
  return (
    <time dateTime={value} title={ago(value)} className="number">
      {dateTime(value)}
    </time>
  );
}

/** `row[name]`, shown. */
export function Cell({ name, row }: { name: string; row: Row }): ReactNode {
  const words = useWords();
  const value = row[name];
  if (value === null || value === undefined || value === "") return <span className="quiet">–</span>;
  if (name === "is_online") return <State value={value === true ? "online" : "offline"} />;
  if (typeof value === "boolean") return words(value ? "yes" : "no");
  if (Array.isArray(value)) return value.length === 0 ? <span className="quiet">–</span> : value.map(shown).join(", ");
  if (typeof value === "object") return <code className="small">{JSON.stringify(value)}</code>;
  const text = String(value);
  if (STATES.has(name)) return <State value={text} />;
  if (/_(at|since|until|begin|end)$|^(at|since|until|begin|end|valid_from)$/.test(name) && text.includes("T")) {
    return <Time value={text} />;
  }
  if (name.endsWith("_wh")) return <span className="number">{energy(text)}</span>;
  if (name.endsWith("_w")) return <span className="number">{power(text)}</span>;
  if (name.endsWith("_s")) return <span className="number">{duration(text)}</span>;
  if (name.endsWith("_percent")) return <span className="number">{percent(text)}</span>;
  if (MONEY.test(name)) {
    const currency = row["currency"];
    return <span className="number">{typeof currency === "string" ? priced(text, currency) : text}</span>;
  }
  if (name.endsWith("_share")) return <span className="number">{percent(Number(text) * 100)}</span>;
  if (name.endsWith("_kind") || name === "command" || name === "dimension") return words(text);
  if (name.endsWith("_id") || name === "id" || name === "subject") return <Ref name={name} value={text} />;
  return typeof value === "number" ? <span className="number">{text}</span> : text;
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const COUNTS = new Set([
  "number", "count", "times", "events", "threshold", "evse", "entries", "messages", "stations", "quantity", "unit_price",
  "sessions", "invoices", "credits", "begun", "faults", "offline_spells", "lag", "dead_letters", "parked_events", "outbox_waiting",
]);

/** Whether a column of this name is set flush right. */
export function isAmount(name: string): boolean {
  return (
    /_(wh|w|s|percent|share)$/.test(name) ||
    MONEY.test(name) ||
    COUNTS.has(name)
  );
}
