import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { power } from "../../kit/format";
import { useLive } from "../../kit/live";
import { Badge, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { usePriceWords } from "../find/price";
import { CONNECTORS } from "../find/search";
import { station } from "../queries";
import { PageHead } from "../shell/PageHead";
import { Estimate } from "./Estimate";
import { stateOfEvse, useStateWords } from "./evseState";
import { Favourite } from "./Favourite";
import { StartButton } from "./StartButton";
import { usePlaceTexts } from "./texts";
import "./place.css";

/** Where the code on a station leads: what this EVSE is, what it costs, and the start. */
export function EvsePage() {
  const texts = usePlaceTexts();
  const words = useStateWords();
  const prices = usePriceWords();
  const { stationId = "", evse: number = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(station(stationId));
  useLive(data === undefined ? null : `/api/v1/stations/${encodeURIComponent(stationId)}/status`, () => {
    void client.invalidateQueries({ queryKey: ["station", stationId] });
  });
  if (error !== null && data === undefined) {
    return (
      <div className="page page-narrow">
        <PageHead title={`${stationId} · ${texts.evse(Number(number))}`} />
        <ProblemNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (data === undefined) {
    return (
      <div className="page">
        <Skeleton height="3rem" label={texts.loading} />
        <Skeleton height="10rem" label="" />
      </div>
    );
  }
  const evse = data.evses.find((one) => one.evse === Number(number));
  if (evse === undefined) return <Empty title={`${stationId} · ${number}`}>{texts.noStations}</Empty>;
  const { state, tone } = stateOfEvse(evse, data.is_online);
  const connectors = [
    ...new Set(evse.connectors.flatMap((one) => (one.standard ? [CONNECTORS[one.standard] ?? one.standard] : []))),
  ];
  return (
    <div className="page">
      <PageHead
        title={`${stationId} · ${texts.evse(evse.evse)}`}
        note={
          <Link to="/places/$locationId" params={{ locationId: data.location.location_id }}>
            {data.location.name}
          </Link>
        }
        aside={<Favourite what={{ station_id: stationId }} />}
      />
      <div className="columns">
        <div className="stack">
          <Card>
            <div className="spread">
              <span role="status">
                <Badge tone={tone}>{words[state]}</Badge>
              </span>
              <span className="quiet number">
                {[texts.upTo(power(evse.max_power_w)), ...connectors].join(" · ")}
              </span>
            </div>
            <hr />
            <h2>{texts.priceTitle}</h2>
            {evse.price ? <p>{prices.whole(evse.price)}</p> : <p className="quiet">{texts.noPrice}</p>}
          </Card>
        </div>
        <Estimate place={{ station_id: stationId, evse: evse.evse }} powerW={evse.max_power_w} />
      </div>
      <StartButton stationId={stationId} evse={evse} isOnline={data.is_online} />
    </div>
  );
}
