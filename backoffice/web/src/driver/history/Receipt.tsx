import type { ReceiptView } from "../../api/types.gen";
import { clockTime, dateTime, energy, money, percent } from "../../kit/format";
import { Badge, Card } from "../../kit/ui";
import { PriceLine } from "../place/Estimate";
import { useHistoryTexts } from "./texts";
import { TONE_OF_INVOICE } from "./tones";
import "./history.css";
import "../place/place.css";

/** What was bought, line by line, and how it was paid; for guests too. */
export function Receipt({ receipt: { invoice, payments } }: { receipt: ReceiptView }) {
  const texts = useHistoryTexts();
  return (
    <Card>
      <div className="receipt-total">
        <span className="figure">{money(invoice.total_incl_vat, invoice.currency)}</span>
        <span role="status">
          <Badge tone={TONE_OF_INVOICE[invoice.state]}>{texts.state[invoice.state]}</Badge>
        </span>
      </div>
      <dl className="facts">
        <dt>{texts.place}</dt>
        <dd>{[invoice.station_id, invoice.evse, invoice.bay_id].filter(Boolean).join(" · ") || texts[invoice.kind]}</dd>
        <dt>{texts.when}</dt>
        <dd>
          {dateTime(invoice.started_at)} – {clockTime(invoice.ended_at)}
        </dd>
        {invoice.energy_wh !== null && (
          <>
            <dt>{texts.energy}</dt>
            <dd>{energy(invoice.energy_wh)}</dd>
          </>
        )}
      </dl>
      <hr />
      <dl className="estimate-lines">
        {invoice.lines.map((line, index) => (
          <PriceLine key={index} line={line} currency={invoice.currency} />
        ))}
        <dt className="sum">{texts.total}</dt>
        <dd className="sum">{money(invoice.total_incl_vat, invoice.currency)}</dd>
      </dl>
      <dl className="facts small">
        <dt>{texts.net}</dt>
        <dd>{money(invoice.total_excl_vat, invoice.currency)}</dd>
        {invoice.vat.map((share) => (
          <Vat key={share.vat_percent} text={texts.vat(percent(share.vat_percent))} amount={money(share.vat, invoice.currency)} />
        ))}
        {Number(invoice.refunded) > 0 && (
          <>
            <dt>{texts.refunded}</dt>
            <dd>{money(invoice.refunded, invoice.currency)}</dd>
          </>
        )}
      </dl>
      {payments.length > 0 && (
        <>
          <hr />
          <h2>{texts.payments}</h2>
          <ul className="list">
            {payments.map((one) => (
              <li key={one.paid_at} className="list-row">
                <span className="list-main">
                  <span>{one.card}</span>
                  <span className="quiet small">{dateTime(one.paid_at)}</span>
                </span>
                <strong className="number">{money(one.amount, one.currency)}</strong>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Vat({ text, amount }: { text: string; amount: string }) {
  return (
    <>
      <dt>{text}</dt>
      <dd>{amount}</dd>
    </>
  );
}
