import { useQuery } from "@tanstack/react-query";
import { listCreditNotes, listLedger, listPayments, listRefunds, listStatements, listVatRates, readBalance, readSeller } from "../../../api/sdk.gen";
import type { About, RefundState } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { DownloadButton } from "../../parts/Download";
import { Listing, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { instantOf } from "../../parts/when";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { INVOICE_KINDS } from "./Invoices";

const REFUND_STATES: ReadonlyArray<RefundState> = ["requested", "pending", "by_hand", "failed", "done"];
const ABOUTS: ReadonlyArray<About> = ["invoice", "payment", "top_up", "credit_note", "refund", "refund_returned", "refund_again", "write_off"];

const useTexts = textsOf({
  en: {
    ledger: "Ledger", balance: "Balance", payments: "Payments", refunds: "Refunds", notes: "Credit notes", statements: "Statements", seller: "Seller and VAT",
    paidByHand: "Paid by hand", markPaid: "Mark as paid", pdf: "PDF", change: "Change", noSeller: "Not said yet: invoices name no seller.", rates: "VAT rates",
  },
  de: {
    ledger: "Hauptbuch", balance: "Salden", payments: "Zahlungen", refunds: "Erstattungen", notes: "Gutschriften", statements: "Abrechnungen", seller: "Verkäufer und MwSt.",
    paidByHand: "Von Hand bezahlt", markPaid: "Als bezahlt vermerken", pdf: "PDF", change: "Ändern", noSeller: "Noch nicht angegeben: Rechnungen nennen keinen Verkäufer.", rates: "Steuersätze",
  },
});

export default function Books() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.books}>
      <Tabs
        label={titles.books}
        tabs={[
          { name: "ledger", title: texts.ledger, content: () => <Ledger /> },
          { name: "balance", title: texts.balance, content: () => <Balance /> },
          { name: "payments", title: texts.payments, content: () => <Payments /> },
          { name: "refunds", title: texts.refunds, content: () => <Refunds /> },
          { name: "notes", title: texts.notes, content: () => <Notes /> },
          { name: "statements", title: texts.statements, content: () => <Statements /> },
          { name: "seller", title: texts.seller, content: () => <Seller /> },
        ]}
      />
    </Page>
  );
}

function Ledger() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.ledger}
      queryKey={["books", "ledger"]}
      load={({ account, about, subject, from, to, cursor }) =>
        answered(listLedger({ query: { account, subject, cursor, about: ABOUTS.find((one) => one === about), from: instantOf(from), to: instantOf(to) } }))
      }
      filters={[{ name: "account" }, { name: "about", values: ABOUTS }, { name: "subject" }, { name: "from", type: "date" }, { name: "to", type: "date" }]}
      columns={["at", "about", "account", "amount", "subject"]}
      rowKey={(one) => `${one.transaction_id} ${one.line}`}
    />
  );
}

function Balance() {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["books", "balance"], queryFn: () => answered(readBalance()) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton label={texts.balance} />;
  return <Table label={texts.balance} columns={["account", "balance", "entries"]} rows={query.data.accounts} rowKey={(one) => `${one.account} ${one.currency}`} />;
}

function Payments() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.payments}
      queryKey={["books", "payments"]}
      load={({ kind, from, to, cursor }) =>
        answered(listPayments({ query: { cursor, kind: INVOICE_KINDS.find((one) => one === kind), from: instantOf(from), to: instantOf(to) } }))
      }
      filters={[{ name: "kind", values: INVOICE_KINDS }, { name: "from", type: "date" }, { name: "to", type: "date" }]}
      columns={["paid_at", "amount", "card", "reference", "invoice_id", "session_id"]}
      rowKey={(one) => one.reference}
    />
  );
}

function Refunds() {
  const texts = useTexts();
  const may = useMay();
  return (
    <Listing
      label={texts.refunds}
      queryKey={["books", "refunds"]}
      load={({ state, cursor }) => answered(listRefunds({ query: { cursor, state: REFUND_STATES.find((one) => one === state) } }))}
      filters={[{ name: "state", values: REFUND_STATES }]}
      columns={["asked_at", "amount", "state", "detail", "done_at", "invoice_id"]}
      rowKey={(one) => one.id}
      actions={(one) =>
        may("billing:write") &&
        one.state === "by_hand" && (
          <Operation to="POST /api/v1/billing/refunds/{refund_id}/paid-by-hand" params={{ refund_id: one.id }} label={texts.paidByHand} changes={["books"]} />
        )
      }
    />
  );
}

function Notes() {
  const texts = useTexts();
  return (
    <Listing
      label={texts.notes}
      queryKey={["books", "notes"]}
      load={({ cursor }) => answered(listCreditNotes({ query: { cursor } }))}
      columns={["number", "issued_at", "total_incl_vat", "reason", "issued_by", "invoice_id", "driver_id"]}
      rowKey={(one) => one.id}
      actions={(one) => <DownloadButton path={`/api/v1/billing/credit-notes/${one.id}/pdf`} name={`${texts.notes}-${one.number}.pdf`} label={texts.pdf} />}
    />
  );
}

function Statements() {
  const texts = useTexts();
  const may = useMay();
  return (
    <Listing
      label={texts.statements}
      queryKey={["books", "statements"]}
      load={({ cursor }) => answered(listStatements({ query: { cursor } }))}
      columns={["number", "month", "driver_id", "total_incl_vat", "issued_at", "paid_at"]}
      rowKey={(one) => one.id}
      actions={(one) => (
        <>
          <DownloadButton path={`/api/v1/billing/statements/${one.id}/pdf`} name={`${texts.statements}-${one.number}.pdf`} label={texts.pdf} />
          {may("books:write") && one.paid_at === null && (
            <Operation to="POST /api/v1/billing/statements/{statement_id}/paid" params={{ statement_id: one.id }} label={texts.markPaid} isForm={false} changes={["books"]} />
          )}
        </>
      )}
    />
  );
}

function Seller() {
  const texts = useTexts();
  const may = useMay();
  const seller = useQuery({ queryKey: ["books", "seller"], retry: false, queryFn: () => answered(readSeller()) });
  const rates = useQuery({ queryKey: ["books", "rates"], queryFn: () => answered(listVatRates()) });
  const today = new Date().toISOString().slice(0, 10);
  return (
    <div className="columns">
      <Card title={texts.seller} aside={may("books:write") && <Operation to="PUT /api/v1/billing/seller" label={texts.change} initial={{ ...seller.data }} changes={["books"]} />}>
        {seller.data === undefined ? <p className="quiet">{texts.noSeller}</p> : <pre className="answer">{JSON.stringify(seller.data, null, 2)}</pre>}
      </Card>
      <Card
        title={texts.rates}
        aside={may("books:write") && <Operation to="PUT /api/v1/billing/vat-rates/{country}/{valid_from}" params={{ country: "DE", valid_from: today }} label={`DE, ${today}`} changes={["books"]} />}
      >
        {rates.error !== null && <ProblemNote error={rates.error} onRetry={() => void rates.refetch()} />}
        {rates.data !== undefined && <Table label={texts.rates} columns={["country", "valid_from", "vat_percent"]} rows={rates.data.map((one) => ({ ...one, vat_percent: one.percent }))} rowKey={(one) => `${one.country} ${one.valid_from}`} />}
      </Card>
    </div>
  );
}
