/** What was billed, month by month in UTC, as the statements have it. */
import type { InvoiceView } from "../../api/types.gen";
import { negated, sumOf } from "../../kit/decimal";

export interface MonthSum {
  /** "2026-11" */
  month: string;
  energyWh: number;
  /** A decimal number in the currency of the sums. */
  cost: string;
}

export interface Billed {
  /** That of most invoices, in which the months are summed. */
  currency: string;
  months: MonthSum[];
  /** What was billed in other currencies, in the order of the months. */
  others: Array<{ month: string; currency: string; cost: string }>;
}

/** The last `count` months up to that of `now`, the oldest first, those without an invoice zero; null: all are. */
export function billedByMonth(invoices: ReadonlyArray<InvoiceView>, now: Date, count: number): Billed | null {
  const months = lastMonths(now, count).map((month) => {
    return { month, issued: invoices.filter((one) => one.issued_at.startsWith(month)) };
  });
  const [currency, ...others] = byFrequency(months.flatMap(({ issued }) => issued.map((one) => one.currency)));
  if (currency === undefined) return null;
  return {
    currency,
    months: months.map(({ month, issued }) => ({
      month,
      energyWh: issued.reduce((sum, one) => sum + Number(one.energy_wh ?? 0), 0),
      cost: costOf(issued, currency),
    })),
    others: months.flatMap(({ month, issued }) =>
      others
        .filter((other) => issued.some((one) => one.currency === other))
        .map((other) => ({ month, currency: other, cost: costOf(issued, other) })),
    ),
  };
}

function costOf(invoices: ReadonlyArray<InvoiceView>, currency: string): string {
  const inIt = invoices.filter((one) => one.currency === currency);
  return sumOf(inIt.flatMap((one) => [one.total_incl_vat, negated(one.credited)]));
}

/** Each of `values` once, the most frequent first. */
function byFrequency(values: ReadonlyArray<string>): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([value]) => value);
}

export function lastMonths(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, index) => shiftMonth(now.toISOString().slice(0, 7), index - count + 1));
}

/** `shiftMonth("2026-01", -1)` is "2025-12". */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

export function isMonth(text: string): boolean {
  return /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
}
