import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { startSession } from "../../api/sdk.gen";
import type { EvseView } from "../../api/types.gen";
import { oncePer } from "../../kit/intent";
import { answered } from "../../kit/problem";
import { Button, ProblemNote } from "../../kit/ui";
import { paymentMethods } from "../queries";
import { Icon } from "../shell/icons";
import { usePlaceTexts } from "./texts";

interface StartButtonProps {
  stationId: string;
  evse: EvseView;
  isOnline: boolean;
}

/** Starts here, or leads to what is missing for that; pressed twice it starts once. */
export function StartButton({ stationId, evse, isOnline }: StartButtonProps) {
  const texts = usePlaceTexts();
  const navigate = useNavigate();
  const { href } = useLocation();
  const cards = useQuery(paymentMethods());
  const start = useMutation({
    mutationFn: () =>
      oncePer(`start ${stationId}/${evse.evse}`, (key) =>
        answered(startSession({ body: { station_id: stationId, evse: evse.evse }, headers: { "Idempotency-Key": key } })),
      ),
    onSuccess: (intent) => void navigate({ to: "/starting/$intentId", params: { intentId: intent.id } }),
  });
  const hasNoCard = cards.data?.length === 0;
  const isUsable = isOnline && !evse.is_closed && evse.status !== "Faulted";
  return (
    <div className="act">
      {start.error !== null && <ProblemNote error={start.error} />}
      {hasNoCard ? (
        <p className="quiet small">{texts.needsCard}</p>
      ) : (
        <p className="quiet small">{evse.is_available || !isUsable ? texts.held : texts.startAnyway}</p>
      )}
      <div className="act-row">
        {hasNoCard ? (
          <Link to="/me/cards" search={{ next: href }} className="button" data-kind="main">
            {texts.addCard}
          </Link>
        ) : (
          <Button kind="main" isBusy={start.isPending} disabled={!isUsable} onClick={() => start.mutate()}>
            <Icon name="bolt" />
            {texts.start}
          </Button>
        )}
        {evse.is_reservable && (
          <Link to="/reserve" search={{ place: `evse/${stationId}/${evse.evse}` }} className="button">
            {texts.reserve}
          </Link>
        )}
      </div>
    </div>
  );
}
