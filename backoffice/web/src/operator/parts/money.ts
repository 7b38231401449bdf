import { money } from "../../kit/format";

/** An amount as people read it; of what was never priced there is no currency, and nothing to say. */
export function priced(amount: string | number, currency: string | null | undefined): string {
  return currency ? money(amount, currency) : "–";
}
