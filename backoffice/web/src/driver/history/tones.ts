import type { InvoiceState } from "../../api/types.gen";
import type { Tone } from "../../kit/ui";

export const TONE_OF_INVOICE: Record<InvoiceState, Tone> = {
  due: "busy",
  open: "warn",
  on_account: "busy",
  paid: "good",
  credited: "off",
  written_off: "off",
};
