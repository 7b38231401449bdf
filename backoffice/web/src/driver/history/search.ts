import type { InvoiceKind } from "../../api/types.gen";

export interface HistorySearch {
  kind?: InvoiceKind;
}

const KINDS: ReadonlySet<unknown> = new Set<InvoiceKind>(["charging", "parking", "reservation"]);

export function historySearch(search: Record<string, unknown>): HistorySearch {
  return KINDS.has(search["kind"]) ? { kind: search["kind"] as InvoiceKind } : {};
}
