import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { readOutcome } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Banner, Button, Card, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { usePageTitle } from "../shell/title";
import { useGuestTexts } from "./texts";

const route = getRouteApi("/bare/guest/$tenant/$paymentId");
const EVERY_MS = 3000;

/** A guest's charge, from the start until its receipt is there. */
export function GuestChargePage() {
  const texts = useGuestTexts();
  usePageTitle(texts.title);
  const { tenant, paymentId } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["guest-outcome", tenant, paymentId],
    queryFn: () => answered(readOutcome({ path: { tenant, payment_id: paymentId } })),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === null ? EVERY_MS : false),
    refetchIntervalInBackground: true,
  });
  if (data === undefined) {
    return error === null ? <Skeleton height="12rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />;
  }
  if (data.state !== null) {
    const seal = sealOf(data.receipt_url);
    return (
      <Card title={texts.receipt}>
        <Banner tone="good">{texts.noLink}</Banner>
        {seal !== null && (
          <Link to="/guest/receipts/$tenant/$sessionId/$seal" params={seal} className="button" data-kind="main">
            {texts.toReceipt}
          </Link>
        )}
      </Card>
    );
  }
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    toast(texts.copied);
  };
  return (
    <Card title={texts.started}>
      <p>{texts.startedHint}</p>
      <progress className="progress" aria-label={texts.started} />
      <p className="quiet" role="status">
        {texts.waiting}
      </p>
      <Button onClick={() => void copy()}>{texts.copy}</Button>
    </Card>
  );
}

/** What of the receipt's address says whose it is: its page here shows the same. */
function sealOf(url: string | null): { tenant: string; sessionId: string; seal: string } | null {
  const [, tenant, sessionId, seal] = /public-receipts\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url ?? "") ?? [];
  return tenant === undefined || sessionId === undefined || seal === undefined ? null : { tenant, sessionId, seal };
}
