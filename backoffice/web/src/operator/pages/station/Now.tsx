import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listSessions } from "../../../api/sdk.gen";
import type { EvseView, OperatedStation, SessionView } from "../../../api/types.gen";
import { energy, power } from "../../../kit/format";
import { answered } from "../../../kit/problem";
import { Badge, Card } from "../../../kit/ui";
import { Ref, State } from "../../parts/cell";
import { Operation } from "../../parts/Operation";
import { Facts } from "../../parts/Page";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import { useStationTexts } from "./texts";
import { priced } from "../../parts/money";

export function Now({ station }: { station: OperatedStation }) {
  const texts = useStationTexts();
  const may = useMay();
  const id = station.station_id;
  const running = useQuery({
    queryKey: ["sessions", "running-at", id],
    enabled: may("sessions:read"),
    refetchInterval: 15_000,
    queryFn: () => answered(listSessions({ query: { station_id: id, running: true } })),
  });
  return (
    <>
      <div className="evses">
        {station.evses.map((evse) => (
          <Evse key={evse.evse} id={id} evse={evse} session={running.data?.items.find((one) => one.evse === evse.evse)} />
        ))}
      </div>
      <Card
        title={texts.about}
        aside={
          may("stations:write") && (
            <div className="row">
              <Operation
                to="PATCH /api/v1/stations/{station_id}"
                params={{ station_id: id }}
                label={texts.edit}
                changes={["station"]}
              />
              <Operation
                to="DELETE /api/v1/stations/{station_id}"
                params={{ station_id: id }}
                label={texts.remove}
                kind="bad"
                isForm={false}
                explain={texts.removeWhy}
                changes={["station", "wall"]}
              />
            </div>
          )
        }
      >
        <p>
          <Link to={"/locations/$id" as "/"} params={{ id: station.location.location_id } as never}>
            {station.location.name || station.location.location_id}
          </Link>{" "}
          <span className="quiet">{[station.location.address, station.location.city].filter(Boolean).join(", ")}</span>
        </p>
        <Facts
          of={station}
          names={["vendor", "model", "serial_number", "firmware_version", "version", "security_profile", "certificate_name", "connected_at", "booted_at", "boot_trigger", "registration"]}
        />
      </Card>
    </>
  );
}

function Evse({ id, evse, session }: { id: string; evse: EvseView; session: SessionView | undefined }) {
  const texts = useStationTexts();
  const words = useWords();
  const may = useMay();
  const errors = evse.connectors.map((one) => one.error_code).filter((code) => code !== null && code !== "NoError" && code !== "");
  const params = { station_id: id };
  return (
    <Card
      title={`EVSE ${evse.evse}`}
      aside={
        <div className="row">
          {evse.is_closed && <Badge tone="warn">{texts.closed}</Badge>}
          {evse.charging_state !== null && evse.charging_state !== "Idle" && <State value={evse.charging_state} />}
          <State value={evse.status ?? "unknown"} />
        </div>
      }
    >
      <p className="quiet small">
        {evse.connectors.map((one) => `${words(one.standard ?? "unknown")} ${power(one.power_w ?? evse.max_power_w)}`).join(" · ")}
        {" · "}
        {evse.price?.per_kwh ? `${priced(evse.price.per_kwh, evse.price.currency)} ${texts.perKwh}` : texts.noPrice}
      </p>
      {errors.length > 0 && (
        <p>
          <Badge tone="bad">{texts.fault}</Badge> {errors.join(", ")}
        </p>
      )}
      {session !== undefined && (
        <p className="row" aria-live="off">
          <Ref name="session_id" value={session.id} />
          <strong className="number">{power(session.power_w ?? 0)}</strong>
          <span className="number">{energy(session.energy_wh)}</span>
          <span className="number">{priced(session.cost_incl_vat, session.currency)}</span>
          {session.state_of_charge_percent !== null && <span className="number">{`${session.state_of_charge_percent} %`}</span>}
        </p>
      )}
      {may("stations:command") && (
        <div className="row">
          {session !== undefined && may("sessions:stop") ? (
            <Operation to="POST /api/v1/sessions/{session_id}/stop" params={{ session_id: session.id }} label={texts.stop} kind="bad" isForm={false} changes={["sessions", "station"]} />
          ) : (
            <Operation to="POST /api/v1/stations/{station_id}/commands/start" params={params} label={texts.start} initial={{ evse: evse.evse }} changes={["sessions", "commands"]} />
          )}
          <Operation to="POST /api/v1/stations/{station_id}/commands/unlock" params={params} label={texts.unlock} initial={{ evse: evse.evse }} changes={["commands"]} />
          <Operation to="POST /api/v1/stations/{station_id}/commands/availability" params={params} label={texts.change} initial={{ evse: evse.evse }} changes={["station", "commands"]} />
        </div>
      )}
    </Card>
  );
}
