import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { BayView, NearbyStation } from "../../api/types.gen";
import { duration, power } from "../../kit/format";
import { useLive } from "../../kit/live";
import { Badge, Card, ProblemNote, Skeleton } from "../../kit/ui";
import { usePriceWords } from "../find/price";
import { CONNECTORS } from "../find/search";
import { baysAt, place, stationsAt } from "../queries";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { About } from "./About";
import { Favourite } from "./Favourite";
import { stateOfBay, stateOfEvse, useStateWords } from "./evseState";
import { usePlaceTexts } from "./texts";

const route = getRouteApi("/mine/places/$locationId");

export function PlacePage() {
  const texts = usePlaceTexts();
  const { locationId } = route.useParams();
  const client = useQueryClient();
  const location = useQuery(place(locationId));
  const stations = useQuery(stationsAt(locationId));
  const bays = useQuery(baysAt(locationId));
  useLive(`/api/v1/locations/${encodeURIComponent(locationId)}/events`, () => {
    void client.invalidateQueries({ queryKey: ["place", locationId] });
  });
  if (location.error !== null && location.data === undefined) {
    return (
      <div className="page">
        <ProblemNote error={location.error} onRetry={() => void location.refetch()} />
      </div>
    );
  }
  if (location.data === undefined) {
    return (
      <div className="page">
        <Skeleton height="3rem" label={texts.loading} />
        <Skeleton height="12rem" label="" />
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead
        title={location.data.name}
        note={[location.data.address, location.data.city].filter(Boolean).join(", ")}
        aside={<Favourite what={{ location_id: locationId }} />}
      />
      <div className="columns">
        <div className="stack">
          <Card title={texts.stations}>
            {stations.error !== null && <ProblemNote error={stations.error} onRetry={() => void stations.refetch()} />}
            {stations.isPending && <Skeleton height="8rem" label={texts.loading} />}
            {stations.data?.length === 0 && <p className="quiet">{texts.noStations}</p>}
            <ul className="list">
              {stations.data?.map((station) => <StationRows key={station.station_id} station={station} />)}
            </ul>
          </Card>
        </div>
        <div className="stack">
          {(bays.data?.items.length ?? 0) > 0 && (
            <Card title={texts.bays}>
              <ul className="list">{bays.data?.items.map((bay) => <BayRow key={bay.bay_id} bay={bay} />)}</ul>
            </Card>
          )}
          <About location={location.data} />
        </div>
      </div>
    </div>
  );
}

function StationRows({ station }: { station: NearbyStation }) {
  const texts = usePlaceTexts();
  const words = useStateWords();
  const prices = usePriceWords();
  return station.evses.map((evse) => {
    const { state, tone } = stateOfEvse(evse, station.is_online);
    const connectors = evse.connectors.flatMap((one) => (one.standard ? [CONNECTORS[one.standard] ?? one.standard] : []));
    return (
      <li key={evse.evse}>
        <Link
          to="/evse/$stationId/$evse"
          params={{ stationId: station.station_id, evse: String(evse.evse) }}
          className="list-row"
        >
          <span className="list-main">
            <span className="list-title">
              {station.station_id} · {texts.evse(evse.evse)}
            </span>
            <span className="quiet small number">{[power(evse.max_power_w), ...new Set(connectors)].join(" · ")}</span>
            {evse.price && <span className="small number">{prices.whole(evse.price)}</span>}
          </span>
          <Badge tone={tone}>{words[state]}</Badge>
          <Icon name="next" />
        </Link>
      </li>
    );
  });
}

function BayRow({ bay }: { bay: BayView }) {
  const texts = usePlaceTexts();
  const words = useStateWords();
  const { state, tone } = stateOfBay(bay);
  const said = [
    bay.station_id ? texts.serves(bay.station_id) : null,
    bay.is_accessible ? texts.accessible : null,
    bay.max_stay_s ? texts.maxStay(duration(bay.max_stay_s)) : null,
  ].filter(Boolean);
  return (
    <li>
      <Link to="/bay/$bayId" params={{ bayId: bay.bay_id }} className="list-row">
        <span className="list-main">
          <span className="list-title">{texts.bay(bay.name)}</span>
          {said.length > 0 && <span className="quiet small">{said.join(" · ")}</span>}
        </span>
        <Badge tone={tone}>{words[state]}</Badge>
        <Icon name="next" />
      </Link>
    </li>
  );
}
