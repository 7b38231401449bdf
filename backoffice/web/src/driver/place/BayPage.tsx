import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { claimStay } from "../../api/sdk.gen";
import { duration } from "../../kit/format";
import { useLive } from "../../kit/live";
import { answered } from "../../kit/problem";
import { Badge, Button, Card, ProblemNote, Skeleton } from "../../kit/ui";
import { bay as bayQuery, place } from "../queries";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { Estimate } from "./Estimate";
import { stateOfBay, useStateWords } from "./evseState";
import { usePlaceTexts } from "./texts";
import "./place.css";

/** Where the code at a parking bay leads: the driver says that they stand here, or reserves it. */
export function BayPage() {
  const texts = usePlaceTexts();
  const words = useStateWords();
  const { bayId = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: bay, error, refetch } = useQuery(bayQuery(bayId));
  const location = useQuery({ ...place(bay?.location_id ?? ""), enabled: bay !== undefined });
  useLive(bay === undefined ? null : `/api/v1/locations/${encodeURIComponent(bay.location_id)}/events`, () => {
    void client.invalidateQueries({ queryKey: ["bay", bayId] });
  });
  const claim = useMutation({
    mutationFn: () => answered(claimStay({ body: { bay_id: bayId } })),
    onSuccess: (stay) => {
      void client.invalidateQueries({ queryKey: ["sessions"] });
      void navigate({ to: "/stays/$stayId", params: { stayId: stay.id } });
    },
  });
  if (bay === undefined) {
    return (
      <div className="page page-narrow">
        {error === null ? <Skeleton height="12rem" label={texts.loading} /> : <ProblemNote error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const { state, tone } = stateOfBay(bay);
  const said = [
    bay.max_stay_s ? texts.maxStay(duration(bay.max_stay_s)) : null,
    bay.max_height_cm ? texts.maxHeight(`${bay.max_height_cm / 100} m`) : null,
    bay.is_ev_only ? texts.evOnly : null,
    bay.is_accessible ? texts.accessible : null,
  ].filter(Boolean);
  return (
    <div className="page">
      <PageHead
        title={texts.bay(bay.name)}
        note={
          <Link to="/places/$locationId" params={{ locationId: bay.location_id }}>
            {location.data?.name ?? bay.location_id}
          </Link>
        }
      />
      <div className="columns">
        <Card>
          <div className="spread">
            <span role="status">
              <Badge tone={tone}>{words[state]}</Badge>
            </span>
            <span className="quiet">{said.join(" · ")}</span>
          </div>
          {bay.station_id && bay.evse && (
            <Link to="/evse/$stationId/$evse" params={{ stationId: bay.station_id, evse: String(bay.evse) }} className="list-row">
              <span className="list-title">{texts.serves(bay.station_id)}</span>
              <Icon name="next" />
            </Link>
          )}
        </Card>
        <Estimate place={{ bay_id: bayId }} powerW={null} />
      </div>
      <div className="act">
        {claim.error !== null && <ProblemNote error={claim.error} />}
        <p className="quiet small">{texts.parkHint}</p>
        <div className="act-row">
          <Button kind="main" isBusy={claim.isPending} onClick={() => claim.mutate()}>
            <Icon name="parking" />
            {texts.park}
          </Button>
          {bay.is_reservable && (
            <Link to="/reserve" search={{ place: `bay/${bayId}` }} className="button">
              {texts.reserve}
            </Link>
          )}
        </div>
      </div>
    </div>
  );
}
