import { expect, test } from "vitest";
import type { InvoiceView } from "../../api/types.gen";
import { billedByMonth, lastMonths, shiftMonth } from "./months";

const invoice = (issuedAt: string, energyWh: string | null, total: string, credited = "0", currency = "EUR"): InvoiceView =>
  ({ issued_at: issuedAt, energy_wh: energyWh, total_incl_vat: total, credited, currency }) as InvoiceView;
const NOW = new Date("2026-02-28T12:00:00Z");

test("months go back over the turn of a year", () => {
  expect(lastMonths(new Date("2026-02-15T00:00:00Z"), 4)).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
  expect(shiftMonth("2025-12", 1)).toBe("2026-01");
});

test("a month has its energy, and its cost less what was credited", () => {
  const invoices = [
    invoice("2026-02-01T00:00:00Z", "12000", "5.88"),
    invoice("2026-02-27T23:59:59Z", null, "2.00", "2.00"),
    invoice("2026-01-31T23:59:59Z", "1000", "0.49"),
    invoice("2025-06-01T00:00:00Z", "9000", "9.00"),
  ];

  expect(billedByMonth(invoices, NOW, 2)).toEqual({
    currency: "EUR",
    months: [
      { month: "2026-01", energyWh: 1000, cost: "0.49" },
      { month: "2026-02", energyWh: 12_000, cost: "5.88" },
    ],
    others: [],
  });
});

test("amounts of different currencies are not added, and those of one exactly", () => {
  const invoices = [
    invoice("2026-02-20T00:00:00Z", "5000", "7.50", "0", "CHF"),
    invoice("2026-02-03T00:00:00Z", "1000", "0.10"),
    invoice("2026-02-02T00:00:00Z", "1000", "0.20"),
    invoice("2026-01-02T00:00:00Z", "2000", "3.00", "0.50", "CHF"),
    invoice("2026-01-01T00:00:00Z", "2000", "1.00"),
  ];

  expect(billedByMonth(invoices, NOW, 2)).toEqual({
    currency: "EUR",
    months: [
      { month: "2026-01", energyWh: 4000, cost: "1.00" },
      { month: "2026-02", energyWh: 7000, cost: "0.30" },
    ],
    others: [
      { month: "2026-01", currency: "CHF", cost: "2.50" },
      { month: "2026-02", currency: "CHF", cost: "7.50" },
    ],
  });
});

test("without an invoice in these months there is nothing to sum", () => {
  expect(billedByMonth([invoice("2025-06-01T00:00:00Z", "9000", "9.00")], NOW, 2)).toBeNull();
});
