import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { payInvoice } from "../../api/sdk.gen";
import type { InvoiceView } from "../../api/types.gen";
import { oncePer } from "../../kit/intent";
import { answered, ApiProblem } from "../../kit/problem";
import { Banner, Button, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { receipt } from "../queries";
import { PageHead } from "../shell/PageHead";
import { DownloadButton } from "./DownloadButton";
import { Receipt } from "./Receipt";
import { useHistoryTexts } from "./texts";

const route = getRouteApi("/mine/receipts/$sessionId");
const EVERY_MS = 1500;

export function ReceiptPage() {
  const texts = useHistoryTexts();
  const { sessionId } = route.useParams();
  const { data, error, refetch } = useQuery({
    ...receipt(sessionId),
    refetchInterval: ({ state }) =>
      state.data?.invoice.state === "due" || (state.data === undefined && isMissing(state.error)) ? EVERY_MS : false,
  });
  if (data === undefined) {
    if (error === null) return <div className="page page-narrow"><Skeleton height="18rem" label={texts.loading} /></div>;
    if (!isMissing(error)) return <div className="page page-narrow"><ProblemNote error={error} onRetry={() => void refetch()} /></div>;
    return (
      <div className="page page-narrow">
        <PageHead title={texts.receipt} />
        <Empty title={texts.notYet}>
          <p role="status">{texts.notYetHint}</p>
        </Empty>
      </div>
    );
  }
  const { invoice } = data;
  return (
    <div className="page page-narrow">
      <PageHead title={texts.receiptNumber(invoice.number)} />
      {invoice.state === "open" && <Pay invoice={invoice} />}
      {invoice.state === "due" && <Banner tone="busy">{texts.paying}</Banner>}
      <Receipt receipt={data} />
      <div className="row no-print">
        <DownloadButton
          path={`/api/v1/billing/receipts/${encodeURIComponent(sessionId)}/pdf`}
          name={`receipt-${invoice.number}.pdf`}
          text={texts.pdf}
        />
        {invoice.kind === "charging" && (
          <Link to="/sessions/$sessionId" params={{ sessionId }} className="button">
            {texts.toSession}
          </Link>
        )}
      </div>
    </div>
  );
}

function isMissing(error: Error | null): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

/** An open invoice is paid with the card that pays now, or another one first. */
function Pay({ invoice }: { invoice: InvoiceView }) {
  const texts = useHistoryTexts();
  const client = useQueryClient();
  const { href } = useLocation();
  const pay = useMutation({
    mutationFn: () =>
      oncePer(`pay ${invoice.id}`, (key) =>
        answered(payInvoice({ path: { invoice_id: invoice.id }, headers: { "Idempotency-Key": key } })),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["receipt", invoice.session_id] });
      void client.invalidateQueries({ queryKey: ["invoices"] });
    },
  });
  return (
    <Banner tone="warn">
      <span className="pay-reason">{texts.reasons[invoice.reason] ?? (invoice.reason || texts.openHint)}</span>
      {pay.error !== null && <ProblemNote error={pay.error} />}
      <Button kind="main" isBusy={pay.isPending} onClick={() => pay.mutate()}>
        {texts.pay}
      </Button>
      <Link to="/me/cards" search={{ next: href }} className="button">
        {texts.otherCard}
      </Link>
    </Banner>
  );
}
