import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { readPublicReceipt } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Button, ProblemNote, Skeleton } from "../../kit/ui";
import { Receipt } from "../history/Receipt";
import { useHistoryTexts } from "../history/texts";
import { usePageTitle } from "../shell/title";
import { useGuestTexts } from "./texts";

const route = getRouteApi("/bare/guest/receipts/$tenant/$sessionId/$seal");

/** The receipt of somebody without an account: its address is all that there is to show. */
export function GuestReceiptPage() {
  const texts = useGuestTexts();
  usePageTitle(texts.receipt);
  const words = useHistoryTexts();
  const { tenant, sessionId, seal } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["guest-receipt", sessionId, seal],
    queryFn: () => answered(readPublicReceipt({ path: { tenant, session_id: sessionId, seal } })),
    refetchInterval: ({ state }) => (state.data?.invoice.state === "due" ? 2000 : false),
  });
  if (data === undefined) {
    return error === null ? <Skeleton height="16rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <h1>{words.receiptNumber(data.invoice.number)}</h1>
      <Receipt receipt={data} />
      <Button onClick={() => window.print()}>{texts.print}</Button>
    </>
  );
}
