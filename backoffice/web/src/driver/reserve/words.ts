import type { DriverReservationView, PlaceBodyOutput } from "../../api/types.gen";
import type { Tone } from "../../kit/ui";
import { useReserveTexts } from "./texts";

export const TONE_OF_RESERVATION: Record<DriverReservationView["state"], Tone> = {
  confirmed: "good",
  honoured: "busy",
  cancelled: "off",
  expired: "bad",
};

export function usePlaceName(): (place: PlaceBodyOutput) => string {
  const texts = useReserveTexts();
  return (place) => (place.bay_id ? texts.bay(place.bay_id) : texts.evse(place.station_id ?? "", place.evse ?? 0));
}
