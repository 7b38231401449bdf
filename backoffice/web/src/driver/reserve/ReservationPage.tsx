import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { extendReservation } from "../../api/sdk.gen";
import type { DriverReservationView } from "../../api/types.gen";
import { clockTime, dateTime, day, duration, money } from "../../kit/format";
import { useLive } from "../../kit/live";
import { answered } from "../../kit/problem";
import { Badge, Banner, Button, Card, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { place as placeQuery, reservation as reservationQuery } from "../queries";
import { PageHead } from "../shell/PageHead";
import { CancelDialog } from "./CancelDialog";
import { MoveDialog } from "./MoveDialog";
import { useReserveTexts } from "./texts";
import { TONE_OF_RESERVATION, usePlaceName } from "./words";

const route = getRouteApi("/mine/reservations/$reservationId");
const LONGER_MIN = [30, 60];

export function ReservationPage() {
  const texts = useReserveTexts();
  const nameOf = usePlaceName();
  const { reservationId } = route.useParams();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(reservationQuery(reservationId));
  const where = useQuery({ ...placeQuery(data?.location_id ?? ""), enabled: data !== undefined });
  useLive(`/api/v1/reservations/${encodeURIComponent(reservationId)}/events`, () => {
    void client.invalidateQueries({ queryKey: ["reservation", reservationId] });
    void client.invalidateQueries({ queryKey: ["reservations"] });
  });
  if (data === undefined) {
    return (
      <div className="page page-narrow">
        {error === null ? <Skeleton height="14rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const evse = data.places.find((one) => one.station_id);
  const isOpen = data.state === "confirmed";
  return (
    <div className="page page-narrow">
      <PageHead
        title={where.data?.name ?? texts.mine}
        note={data.places.map(nameOf).join(" + ")}
        aside={
          <span role="status">
            <Badge tone={TONE_OF_RESERVATION[data.state]}>{texts.state[data.state]}</Badge>
          </span>
        }
      />
      {isOpen && data.is_endangered && <Banner tone="warn">{texts.endangered}</Banner>}
      <Card>
        <p className="price number">
          {day(data.begins_at)}, {clockTime(data.begins_at)}–{clockTime(data.ends_at)}
        </p>
        <Facts reservation={data} />
        {data.session_id !== null && (
          <Link to="/sessions/$sessionId" params={{ sessionId: data.session_id }} className="button">
            {texts.session}
          </Link>
        )}
        {data.total_incl_vat !== null && Number(data.total_incl_vat) > 0 && (
          <Link to="/receipts/$sessionId" params={{ sessionId: data.id }} className="button">
            {texts.receipt}
          </Link>
        )}
      </Card>
      {isOpen && <Actions reservation={data} />}
      {isOpen && evse?.station_id && (
        <Link to="/evse/$stationId/$evse" params={{ stationId: evse.station_id, evse: String(evse.evse) }} className="button" data-kind="main">
          {texts.start}
        </Link>
      )}
    </div>
  );
}

function Facts({ reservation }: { reservation: DriverReservationView }) {
  const texts = useReserveTexts();
  const isOpen = reservation.state === "confirmed";
  return (
    <dl className="facts">
      <dt>{texts.number}</dt>
      <dd>{reservation.number}</dd>
      {isOpen && (
        <>
          <dt>{texts.freeUntil}</dt>
          <dd>{Date.parse(reservation.free_until) > Date.now() ? dateTime(reservation.free_until) : texts.freeOver}</dd>
          <dt>{texts.waitsUntil}</dt>
          <dd>{clockTime(reservation.expires_at)}</dd>
          <dt>{texts.station}</dt>
          <dd>{texts.hold[reservation.station]}</dd>
        </>
      )}
      {reservation.total_incl_vat !== null && (
        <>
          <dt>{texts.price}</dt>
          <dd>{money(reservation.total_incl_vat, reservation.currency ?? "EUR")}</dd>
        </>
      )}
    </dl>
  );
}

function Actions({ reservation }: { reservation: DriverReservationView }) {
  const texts = useReserveTexts();
  const client = useQueryClient();
  const [asked, setAsked] = useState<"cancel" | "move" | null>(null);
  const extend = useMutation({
    mutationFn: (minutes: number) =>
      answered(
        extendReservation({
          path: { reservation_id: reservation.id },
          body: { ends_at: new Date(Date.parse(reservation.ends_at) + minutes * 60_000).toISOString() },
        }),
      ),
    onSuccess: (longer) => {
      client.setQueryData(reservationQuery(longer.id).queryKey, longer);
      void client.invalidateQueries({ queryKey: ["reservations"] });
      toast(texts.extended);
    },
  });
  return (
    <Card>
      {extend.error !== null && <ProblemNote error={extend.error} />}
      <div className="actions">
        {LONGER_MIN.map((minutes) => (
          <Button key={minutes} isBusy={extend.isPending && extend.variables === minutes} onClick={() => extend.mutate(minutes)}>
            {texts.extend(duration(minutes * 60))}
          </Button>
        ))}
        <Button onClick={() => setAsked("move")}>{texts.moveTo}</Button>
        <Button kind="bad" onClick={() => setAsked("cancel")}>
          {texts.cancel}
        </Button>
      </div>
      {asked === "cancel" && <CancelDialog reservation={reservation} onClose={() => setAsked(null)} />}
      {asked === "move" && <MoveDialog reservation={reservation} onClose={() => setAsked(null)} />}
    </Card>
  );
}
