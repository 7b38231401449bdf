import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { giveCard, openPayment } from "../../api/sdk.gen";
import type { OpenedView } from "../../api/types.gen";
import { clockTime } from "../../kit/format";
import { answered, ApiProblem } from "../../kit/problem";
import { Banner, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { CardForm } from "../me/CardForm";
import { usePageTitle } from "../shell/title";
import { useGuestTexts } from "./texts";

const route = getRouteApi("/bare/guest");
/** The start failed for good, as an answer that is no HTTP error. */
const FAILED: ReadonlySet<string> = new Set(["failed", "expired"]);

/** Where the code on a station's display leads: `?s={station}&e={evse}&v={version}&t={one-time password}`. */
export function GuestPage() {
  const texts = useGuestTexts();
  usePageTitle(texts.title);
  const { s, e, v, t, tenant } = route.useSearch();
  const isComplete = s !== undefined && e !== undefined && v !== undefined && t !== undefined;
  const opened = useQuery({
    queryKey: ["guest", s, e, v, t],
    queryFn: () =>
      answered(
        openPayment({
          body: {
            station_id: s ?? "",
            evse: Number(e),
            version: v ?? "",
            totp: t ?? "",
            ...(tenant === undefined ? {} : { tenant }),
          },
        }),
      ),
    enabled: isComplete,
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (!isComplete) {
    return (
      <Empty title={texts.title}>
        <p>{texts.incomplete}</p>
      </Empty>
    );
  }
  return (
    <>
      <Card title={texts.title}>
        <p className="price">{texts.at(s, Number(e))}</p>
        {opened.isPending && <Skeleton height="10rem" label={texts.opening} />}
        {opened.error !== null && (
          <>
            <ProblemNote error={opened.error} />
            <p className="quiet">{texts.codeHint}</p>
          </>
        )}
        {opened.data !== undefined && <Pay payment={opened.data} />}
      </Card>
      <p className="quiet small">{texts.account}</p>
      <Link to="/evse/$stationId/$evse" params={{ stationId: s, evse: e }} className="button">
        {texts.logIn}
      </Link>
    </>
  );
}

function Pay({ payment }: { payment: OpenedView }) {
  const texts = useGuestTexts();
  const navigate = useNavigate();
  const pay = useMutation({
    mutationFn: async (card: string) => {
      const path = { tenant: payment.tenant, payment_id: payment.id };
      const start = await answered(giveCard({ path, body: { card_number: card } }));
      if (FAILED.has(start.state)) throw new ApiProblem(409, start.detail || texts.failed);
    },
    onSuccess: () =>
      void navigate({ to: "/guest/$tenant/$paymentId", params: { tenant: payment.tenant, paymentId: payment.id }, replace: true }),
  });
  return (
    <>
      <p className="quiet">
        {texts.hint} {texts.until(clockTime(payment.expires_at))}
      </p>
      <CardForm action={texts.start} isBusy={pay.isPending} error={pay.error} onCard={(card) => pay.mutate(card)} />
      {pay.error !== null && <Banner tone="off">{texts.codeHint}</Banner>}
    </>
  );
}
