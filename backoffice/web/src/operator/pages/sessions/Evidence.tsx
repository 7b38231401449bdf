/** On what a price rests: frame → event → record → price line → invoice, payment and booking. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { readEvidence } from "../../../api/sdk.gen";
import type { EvidenceView, TrailView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Badge, Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { State, Time } from "../../parts/cell";
import { Table } from "../../parts/Listing";
import { PriceLines } from "../../parts/PriceLines";
import { summaryOf } from "../station/frames";
import "./evidence.css";
import { priced } from "../../parts/money";

const useTexts = textsOf({
  en: {
    loading: "Loading the evidence", facts: "Frames and events", factsHint: "What the station said, what was answered, and what we hold true since.",
    records: "Charge records", recordsHint: "Frozen at the end; a correction is another record.", lines: "Price lines", bookings: "Invoice, payments, bookings",
    away: "This part cannot be asked right now.", none: "Nothing was booked yet", frame: "Frame", answer: "Answer", payments: "Payments", entries: "Ledger",
    credit: "credit", invoice: "Invoice", noFrame: "The frame is not kept any more", record: "Record", total: "Total",
  },
  de: {
    loading: "Belege werden geladen", facts: "Frames und Ereignisse", factsHint: "Was die Station sagte, was geantwortet wurde, und was seitdem gilt.",
    records: "Ladedatensätze", recordsHint: "Am Ende eingefroren; eine Korrektur ist ein weiterer Satz.", lines: "Preiszeilen", bookings: "Rechnung, Zahlungen, Buchungen",
    away: "Dieser Teil kann gerade nicht gefragt werden.", none: "Noch nichts gebucht", frame: "Frame", answer: "Antwort", payments: "Zahlungen", entries: "Hauptbuch",
    credit: "Gutschrift", invoice: "Rechnung", noFrame: "Der Frame wird nicht mehr aufbewahrt", record: "Satz", total: "Summe",
  },
});

export function Evidence({ id }: { id: string }) {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["evidence", id], queryFn: () => answered(readEvidence({ path: { session_id: id } })) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  const { facts, cdrs, session, bookings } = query.data;
  return (
    <ol className="evidence">
      <li>
        <Card title={texts.facts}>
          <p className="quiet small">{texts.factsHint}</p>
          {facts === null ? <p>{texts.away}</p> : facts.map((fact) => <Fact key={fact.event_id} fact={fact} />)}
        </Card>
      </li>
      <li>
        <Card title={texts.records}>
          <p className="quiet small">{texts.recordsHint}</p>
          {cdrs.map((cdr) => (
            <details key={cdr.id}>
              <summary>
                <Time value={cdr.frozen_at} /> <code className="small">{cdr.id}</code> {cdr.credits !== null && <Badge tone="warn">{texts.credit}</Badge>} {cdr.reason}
              </summary>
              <pre className="answer">{JSON.stringify(cdr.record, null, 2)}</pre>
            </details>
          ))}
        </Card>
      </li>
      <li>
        <Card title={texts.lines}>
          <PriceLines lines={session.lines} currency={session.currency} />
          <p>
            {texts.total} <strong className="number">{priced(session.cost_incl_vat, session.currency)}</strong>
          </p>
        </Card>
      </li>
      <li>
        <Bookings bookings={bookings} />
      </li>
    </ol>
  );
}

function Fact({ fact }: { fact: TrailView }) {
  const texts = useTexts();
  return (
    <details>
      <summary>
        <Time value={fact.occurred_at} /> <strong>{fact.action ?? "–"}</strong> → {fact.type.replace(/^.*\./, "")}
        <span className="quiet small summary-line">{summaryOf(payloadOf(fact.call))}</span>
      </summary>
      <div className="stack">
        <code className="small">{fact.event_id}</code>
        {fact.call === null ? <p className="quiet">{texts.noFrame}</p> : <Text title={texts.frame} text={fact.call} />}
        {fact.answer !== null && <Text title={texts.answer} text={fact.answer} />}
      </div>
    </details>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <span className="small quiet">{title}</span>
      <pre className="answer">{text}</pre>
    </div>
  );
}

function payloadOf(text: string | null): unknown {
  try {
    const parts: unknown = JSON.parse(text ?? "null");
    return Array.isArray(parts) ? (parts as ReadonlyArray<unknown>)[3] : null;
  } catch {
    return null;
  }
}

function Bookings({ bookings }: { bookings: EvidenceView["bookings"] }) {
  const texts = useTexts();
  if (bookings === null || bookings.currency === "") {
    return (
      <Card title={texts.bookings}>
        <p className="quiet">{texts.none}</p>
      </Card>
    );
  }
  const { currency } = bookings;
  return (
    <Card title={texts.bookings}>
      <p className="row">
        {bookings.invoice_id !== null && (
          <Link to={"/invoices/$id" as "/"} params={{ id: bookings.invoice_id } as never}>
            {`${texts.invoice} ${bookings.invoice_number ?? ""}`}
          </Link>
        )}
        <State value={bookings.state} />
        <strong className="number">{priced(bookings.total_incl_vat, currency)}</strong>
      </p>
      <h3>{texts.payments}</h3>
      <Table
        label={texts.payments}
        columns={["at", "amount", "reference", "by"]}
        rows={bookings.movements.map((one) => ({ ...one, currency }))}
        rowKey={(one) => `${one.reference} ${one.at}`}
      />
      <h3>{texts.entries}</h3>
      <Table
        label={texts.entries}
        columns={["at", "about", "account", "amount"]}
        rows={bookings.entries.map((one, line) => ({ ...one, currency, line }))}
        rowKey={(one) => String(one.line)}
      />
    </Card>
  );
}
