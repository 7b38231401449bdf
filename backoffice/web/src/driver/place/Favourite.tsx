import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { addFavourite, deleteFavourite } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { toast } from "../../kit/ui";
import { favourites } from "../queries";
import { Icon } from "../shell/icons";
import { usePlaceTexts } from "./texts";

/** The star of a location or a station; it answers before the server does. */
export function Favourite({ what }: { what: { location_id: string } | { station_id: string } }) {
  const texts = usePlaceTexts();
  const client = useQueryClient();
  const { data } = useQuery(favourites());
  const kept = data?.items.find((one) =>
    "location_id" in what ? one.location_id === what.location_id : one.station_id === what.station_id,
  );
  const change = useMutation({
    mutationFn: async (id: string | undefined) => {
      if (id === undefined) await answered(addFavourite({ body: what }));
      else await answered(deleteFavourite({ path: { favourite_id: id } }));
    },
    onError: (error) => toast(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ["favourites"] }),
  });
  const isKept = change.isPending ? change.variables === undefined : kept !== undefined;
  return (
    <button
      type="button"
      className="star"
      aria-pressed={isKept}
      aria-label={isKept ? texts.unfavour : texts.favour}
      disabled={data === undefined}
      onClick={() => change.mutate(kept?.favourite_id)}
    >
      <Icon name="star" isFilled={isKept} />
    </button>
  );
}
