import { listInvoices } from "../../../api/sdk.gen";
import type { InvoiceKind, InvoiceState, InvoiceView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Ref } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Page } from "../../parts/Page";
import { instantOf } from "../../parts/when";
import { useShellTexts } from "../../shell/texts";

export const INVOICE_STATES: ReadonlyArray<InvoiceState> = ["due", "open", "on_account", "paid", "credited", "written_off"];
export const INVOICE_KINDS: ReadonlyArray<InvoiceKind> = ["charging", "parking", "reservation"];

const useTexts = textsOf({ en: { none: "No invoice yet" }, de: { none: "Noch keine Rechnung" } });

export default function Invoices() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.invoices}>
      <Listing
        label={titles.invoices}
        queryKey={["invoices"]}
        load={({ state, kind, from, to, cursor }) =>
          answered(
            listInvoices({
              query: {
                cursor,
                state: INVOICE_STATES.find((one) => one === state),
                kind: INVOICE_KINDS.find((one) => one === kind),
                from: instantOf(from),
                to: instantOf(to),
              },
            }),
          )
        }
        filters={[{ name: "state", values: INVOICE_STATES }, { name: "kind", values: INVOICE_KINDS }, { name: "from", type: "date" }, { name: "to", type: "date" }]}
        columns={[
          { name: "number", cell: (one: InvoiceView) => <NumberLink invoice={one} /> },
          "issued_at",
          "kind",
          "state",
          "total_incl_vat",
          "paid",
          "refunded",
          "driver_id",
          "station_id",
          { name: "session_id", cell: (one) => (one.kind === "charging" ? <Ref name="session_id" value={one.session_id} /> : "–") },
        ]}
        rowKey={(one) => one.id}
        empty={<p className="quiet">{texts.none}</p>}
      />
    </Page>
  );
}

function NumberLink({ invoice }: { invoice: InvoiceView }) {
  return <Ref name="invoice_id" value={invoice.id} text={String(invoice.number)} />;
}
