import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FavouriteView } from "../../api/types.gen";
import { Badge, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { useFindTexts } from "../find/texts";
import { favourites, station, stationsAt } from "../queries";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { useMeTexts } from "./texts";

export function FavouritesPage() {
  const texts = useMeTexts();
  const { data, error, refetch } = useQuery(favourites());
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.favourites} />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton label={texts.loading} />}
      {data?.items.length === 0 && <Empty title={texts.links.favourites}>{texts.favouritesNone}</Empty>}
      {(data?.items.length ?? 0) > 0 && (
        <Card>
          <ul className="list">
            {data?.items.map((one) => (
              <li key={one.favourite_id}>
                <Favourite favourite={one} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function Favourite({ favourite }: { favourite: FavouriteView }) {
  const stationId = favourite.station_id;
  const one = useQuery({ ...station(stationId ?? ""), enabled: stationId !== null });
  const there = useQuery({ ...stationsAt(favourite.location_id ?? ""), enabled: favourite.location_id !== null });
  const evses = (stationId === null ? (there.data ?? []) : one.data ? [one.data] : []).flatMap((each) => each.evses);
  const location = one.data?.location ?? there.data?.[0]?.location;
  const said = {
    title: stationId ?? location?.name ?? favourite.location_id,
    note: [stationId === null ? null : location?.name, location?.address, favourite.note].filter(Boolean).join(" · "),
    free: evses.filter((each) => each.is_available).length,
    total: evses.length,
  };
  const row = <Row {...said} />;
  if (stationId !== null) {
    const [first] = evses;
    return (
      <Link to="/evse/$stationId/$evse" params={{ stationId, evse: String(first?.evse ?? 1) }} className="list-row">
        {row}
      </Link>
    );
  }
  return (
    <Link to="/places/$locationId" params={{ locationId: favourite.location_id ?? "" }} className="list-row">
      {row}
    </Link>
  );
}

function Row({ title, note, free, total }: { title: string | null; note: string; free: number; total: number }) {
  const texts = useFindTexts();
  return (
    <>
      <Icon name="star" isFilled />
      <span className="list-main">
        <span className="list-title">{title}</span>
        <span className="quiet small">{note}</span>
      </span>
      {total > 0 && <Badge tone={free > 0 ? "good" : "busy"}>{texts.evses(free, total)}</Badge>}
    </>
  );
}
