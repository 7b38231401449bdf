/** Amounts, powers and times as people read them. What the interface tells as text is a decimal number. */
import { language } from "./i18n";

type Amount = string | number;

/** The reader's language, as it is written where they are: "en-GB" tells a day otherwise than "en-US". */
export function locale(): string {
  return navigator.language.startsWith(language()) ? navigator.language : language();
}

function number(value: Amount, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale(), options).format(Number(value));
}

export function money(amount: Amount, currency: string): string {
  return number(amount, { style: "currency", currency });
}

/** From Wh: "840 Wh", "12.34 kWh", "1.2 MWh". */
export function energy(wh: Amount): string {
  const value = Number(wh);
  if (Math.abs(value) < 1000) return `${number(value, { maximumFractionDigits: 0 })} Wh`;
  if (Math.abs(value) < 1_000_000) return `${number(value / 1000, { maximumFractionDigits: 2 })} kWh`;
  return `${number(value / 1_000_000, { maximumFractionDigits: 2 })} MWh`;
}

/** From W: "0 W", "11 kW", "7.4 kW". */
export function power(w: Amount): string {
  const value = Number(w);
  if (Math.abs(value) < 1000) return `${number(value, { maximumFractionDigits: 0 })} W`;
  return `${number(value / 1000, { maximumFractionDigits: 1 })} kW`;
}

export function percent(value: Amount): string {
  return number(Number(value) / 100, { style: "percent", maximumFractionDigits: 1 });
}

export function count(value: Amount): string {
  return number(value, { maximumFractionDigits: 0 });
}

/** From metres: "80 m", "1.2 km". */
export function distance(m: Amount): string {
  const value = Number(m);
  if (value < 950) return `${number(Math.round(value / 10) * 10, {})} m`;
  return `${number(value / 1000, { maximumFractionDigits: 1 })} km`;
}

/** From seconds: "45 s", "12 min", "3 h 05 min". */
export function duration(s: Amount): string {
  const total = Math.max(0, Math.round(Number(s)));
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export function clockTime(instant: string | Date): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(instant));
}

export function day(instant: string | Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(instant));
}

export function dateTime(instant: string | Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

const STEPS: ReadonlyArray<[Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 hours"; under a minute "now". */
export function ago(instant: string | Date, now: number = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return words.format(0, "second");
}
