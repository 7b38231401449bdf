import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listCreditNotes, readInvoice } from "../../../api/sdk.gen";
import { money } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { DownloadButton } from "../../parts/Download";
import { Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts, Page } from "../../parts/Page";
import { PriceLines } from "../../parts/PriceLines";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: {
    loading: "Loading the invoice", refund: "Refund", refundWhy: "A credit note is made, and the money goes back the way it came. Without an amount, all of it.",
    writeOff: "Write off", lines: "Lines", vat: "VAT", notes: "Credit notes", noNotes: "No credit notes", pdf: "PDF", total: "Total",
  },
  de: {
    loading: "Rechnung wird geladen", refund: "Erstatten", refundWhy: "Eine Gutschrift entsteht, und das Geld geht den Weg zurück, den es kam. Ohne Betrag: alles.",
    writeOff: "Ausbuchen", lines: "Zeilen", vat: "MwSt.", notes: "Gutschriften", noNotes: "Keine Gutschriften", pdf: "PDF", total: "Summe",
  },
});

export default function Invoice() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({ queryKey: ["invoices", id], queryFn: () => answered(readInvoice({ path: { invoice_id: id } })) });
  const notes = useQuery({
    queryKey: ["invoices", id, "credit-notes"],
    enabled: may("billing:read"),
    queryFn: () => answered(listCreditNotes({ query: { invoice_id: id } })),
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  const invoice = query.data;
  const { currency } = invoice;
  const params = { invoice_id: id };
  const changes = ["invoices", "books", "evidence"];
  const isOpen = invoice.state === "open" || invoice.state === "due";
  return (
    <Page
      title={`${titles.invoice} ${invoice.number}`}
      aside={<State value={invoice.state} />}
      actions={
        <>
          <DownloadButton path={`/api/v1/billing/invoices/${id}/pdf`} name={`${titles.invoice}-${invoice.number}.pdf`} label={texts.pdf} />
          {may("books:write") && isOpen && <Operation to="POST /api/v1/billing/invoices/{invoice_id}/write-off" params={params} label={texts.writeOff} changes={changes} />}
          {may("billing:write") && Number(invoice.total_incl_vat) > Number(invoice.credited) && (
            <Operation to="POST /api/v1/billing/invoices/{invoice_id}/refunds" params={params} label={texts.refund} kind="bad" explain={texts.refundWhy} changes={changes} />
          )}
        </>
      }
    >
      <Card>
        <Facts
          of={invoice.kind === "charging" ? invoice : { ...invoice, session_id: "" }}
          names={["issued_at", "kind", "driver_id", "station_id", "session_id", "started_at", "ended_at", "energy_wh", "total_incl_vat", "paid", "credited", "refunded", "payer_kind", "reason", "retry_at"]}
        />
      </Card>
      <Card title={texts.lines}>
        <PriceLines lines={invoice.lines} currency={currency} />
        <p className="spread">
          <span className="quiet">{invoice.vat.map((share) => `${share.vat_percent} % ${texts.vat}: ${money(share.vat, currency)}`).join(" · ")}</span>
          <span>
            {texts.total} <strong className="number">{money(invoice.total_incl_vat, currency)}</strong>
          </span>
        </p>
      </Card>
      {may("billing:read") && (
        <Card title={texts.notes}>
          {notes.error !== null && <ProblemNote error={notes.error} onRetry={() => void notes.refetch()} />}
          {notes.data?.items.length === 0 && <p className="quiet">{texts.noNotes}</p>}
          {notes.data !== undefined && notes.data.items.length > 0 && (
            <Table
              label={texts.notes}
              columns={["number", "issued_at", "total_incl_vat", "reason", "issued_by"]}
              rows={notes.data.items}
              rowKey={(one) => one.id}
              actions={(one) => <DownloadButton path={`/api/v1/billing/credit-notes/${one.id}/pdf`} name={`${texts.notes}-${one.number}.pdf`} label={texts.pdf} />}
            />
          )}
        </Card>
      )}
    </Page>
  );
}
