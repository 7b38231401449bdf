import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { findPlacesNearby, moveReservation } from "../../api/sdk.gen";
import type { DriverReservationView, NearbyPlace } from "../../api/types.gen";
import { distance, power } from "../../kit/format";
import { oncePer } from "../../kit/intent";
import { answered } from "../../kit/problem";
import { Button, Dialog, ProblemNote, Skeleton } from "../../kit/ui";
import { place as placeQuery, queryClient } from "../queries";
import { keyOf, type PlaceRef } from "./slots";
import { useReserveTexts } from "./texts";
import { usePlaceName } from "./words";

const WITHIN_M = 3000;

/** Places of the same kind nearby that nothing closes at that time; whether one is reserved already, the move says. */
export function MoveDialog({ reservation, onClose }: { reservation: DriverReservationView; onClose: () => void }) {
  const texts = useReserveTexts();
  const nameOf = usePlaceName();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [first] = reservation.places;
  const kind = first?.bay_id ? "bay" : "evse";
  const others = useQuery({
    queryKey: ["others", reservation.id],
    queryFn: async () => {
      const { latitude: lat, longitude: lon } = await queryClient.ensureQueryData(placeQuery(reservation.location_id));
      const query = {
        lat,
        lon,
        radius_m: WITHIN_M,
        kind,
        limit: 20,
        is_reservable: true,
        free_from: reservation.begins_at,
        free_until: reservation.ends_at,
      } as const;
      const taken = new Set(reservation.places.map(keyOf));
      const found = await answered(findPlacesNearby({ query }));
      return found.items.flatMap((one) => {
        const place = refOf(one);
        return place === null || taken.has(keyOf(place)) ? [] : [{ place, found: one }];
      });
    },
  });
  const move = useMutation({
    mutationFn: (place: PlaceRef) =>
      oncePer(`move ${reservation.id} ${keyOf(place)}`, (key) =>
        answered(
          moveReservation({
            path: { reservation_id: reservation.id },
            body: { places: [place] },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: (moved) => {
      void client.invalidateQueries({ queryKey: ["reservations"] });
      onClose();
      void navigate({ to: "/reservations/$reservationId", params: { reservationId: moved.id }, replace: true });
    },
  });
  return (
    <Dialog title={texts.moveTitle} onClose={onClose}>
      {move.error !== null && <ProblemNote error={move.error} />}
      {others.error !== null && <ProblemNote error={others.error} onRetry={() => void others.refetch()} />}
      {others.isPending && <Skeleton label={texts.loading} />}
      {others.data?.length === 0 && <p>{texts.moveNone}</p>}
      <ul className="list">
        {others.data?.map(({ place, found }) => (
          <li key={keyOf(place)} className="list-row">
            <span className="list-main">
              <span className="list-title">{nameOf(place)}</span>
              <span className="quiet small number">
                {[found.location.name, distance(found.distance_m), found.evse ? power(found.evse.max_power_w) : null].filter(Boolean).join(" · ")}
              </span>
            </span>
            <Button size="small" isBusy={move.isPending && move.variables === place} onClick={() => move.mutate(place)}>
              {texts.move}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function refOf(found: NearbyPlace): PlaceRef | null {
  if (found.kind === "bay") return found.bay === null ? null : { bay_id: found.bay.bay_id };
  return found.station_id === null || found.evse === null ? null : { station_id: found.station_id, evse: found.evse.evse };
}
