import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { readOwnMonth } from "../../api/sdk.gen";
import type { TotalsView } from "../../api/types.gen";
import { money } from "../../kit/format";
import { useLanguage } from "../../kit/i18n";
import { answered } from "../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../kit/ui";
import { NotFound } from "../shell/faults";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { DownloadButton } from "./DownloadButton";
import { InvoiceRow } from "./HistoryPage";
import { isMonth, shiftMonth } from "./months";
import { monthName } from "./Months";
import { useHistoryTexts } from "./texts";

const route = getRouteApi("/mine/months/$month");

export function MonthPage() {
  const { month } = route.useParams();
  return isMonth(month) ? <Month month={month} /> : <NotFound />;
}

function Month({ month }: { month: string }) {
  const texts = useHistoryTexts();
  const language = useLanguage();
  const { data, error, refetch } = useQuery({
    queryKey: ["month", month],
    queryFn: () => answered(readOwnMonth({ path: { month } })),
  });
  const isLast = month >= new Date().toISOString().slice(0, 7);
  return (
    <div className="page page-narrow">
      <PageHead title={monthName(month, language, "long")} note={texts.statement} />
      <nav className="spread no-print" aria-label={texts.month}>
        <Link to="/months/$month" params={{ month: shiftMonth(month, -1) }} className="button" data-size="small" replace>
          <Icon name="back" />
          {texts.before}
        </Link>
        {!isLast && (
          <Link to="/months/$month" params={{ month: shiftMonth(month, 1) }} className="button" data-size="small" replace>
            {texts.after}
            <Icon name="next" />
          </Link>
        )}
      </nav>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="14rem" label={texts.loading} />}
      {data?.totals.map((one) => <Totals key={one.currency} totals={one} />)}
      {data !== undefined && (
        <Card title={texts.invoices}>
          {data.invoices.length === 0 && <p className="quiet">{texts.monthNone}</p>}
          <ul className="list">
            {data.invoices.map((one) => (
              <InvoiceRow key={one.id} invoice={one} />
            ))}
          </ul>
        </Card>
      )}
      {(data?.invoices.length ?? 0) > 0 && (
        <div className="row">
          <DownloadButton path={`/api/v1/billing/months/${month}/pdf`} name={`statement-${month}.pdf`} text={texts.pdf} />
        </div>
      )}
    </div>
  );
}

function Totals({ totals }: { totals: TotalsView }) {
  const texts = useHistoryTexts();
  const lines = [
    [texts.owedBefore, totals.owed_before],
    [texts.billed, totals.billed],
    [texts.credited, totals.credited],
    [texts.paid, totals.paid],
    [texts.paidBack, totals.paid_back],
    [texts.owedAfter, totals.owed_after],
  ] as const;
  return (
    <Card>
      <dl className="facts">
        {lines
          .filter(([text, amount]) => Number(amount) !== 0 || text === texts.billed || text === texts.owedAfter)
          .map(([text, amount]) => (
            <Line key={text} text={text} amount={money(amount, totals.currency)} />
          ))}
      </dl>
    </Card>
  );
}

function Line({ text, amount }: { text: string; amount: string }) {
  return (
    <>
      <dt>{text}</dt>
      <dd>{amount}</dd>
    </>
  );
}
