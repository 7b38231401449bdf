import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listSessions, readStation } from "../../../api/sdk.gen";
import type { OperatedStation } from "../../../api/types.gen";
import { answered } from "../../../kit/problem";
import { Badge, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { SESSION_COLUMNS } from "../sessions/columns";
import { Certificates } from "./Certificates";
import { Closures } from "./Closures";
import { Commands } from "./Commands";
import { Configuration } from "./Configuration";
import { Deviations } from "./Deviations";
import { Firmware } from "./Firmware";
import { Health } from "./Health";
import { Messages } from "./Messages";
import { Now } from "./Now";
import { Readings } from "./Readings";
import "./station.css";
import { useStationTexts } from "./texts";

export default function StationPage() {
  const texts = useStationTexts();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ["station", id],
    queryFn: () => answered(readStation({ path: { station_id: id } })) as Promise<OperatedStation>,
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  return <Loaded station={query.data} />;
}

function Loaded({ station }: { station: OperatedStation }) {
  const texts = useStationTexts();
  const may = useMay();
  const id = station.station_id;
  const reads = may("telemetry:read");
  const sees = may("stations:read");
  return (
    <Page
      title={id}
      aside={
        <>
          <State value={station.is_online ? "online" : "offline"} />
          {station.registration !== "Accepted" && <State value={station.registration} />}
          {station.version !== null && <Badge tone="off">{`OCPP ${station.version}`}</Badge>}
        </>
      }
      actions={
        may("stations:command") && (
          <Operation
            to="POST /api/v1/stations/{station_id}/commands/reset"
            params={{ station_id: id }}
            label={texts.reset}
            explain={texts.resetWhy}
            changes={["commands"]}
          />
        )
      }
    >
      <Tabs
        label={id}
        tabs={[
          { name: "now", title: texts.now, content: () => <Now station={station} /> },
          { name: "messages", title: texts.messages, isShown: reads, content: () => <Messages id={id} /> },
          { name: "commands", title: texts.commands, isShown: sees, content: () => <Commands station={station} /> },
          { name: "readings", title: texts.plots, isShown: reads, content: () => <Readings station={station} /> },
          { name: "sessions", title: texts.sessions, isShown: may("sessions:read"), content: () => <Sessions id={id} /> },
          { name: "configuration", title: texts.configuration, isShown: sees, content: () => <Configuration id={id} /> },
          { name: "firmware", title: texts.firmware, isShown: sees, content: () => <Firmware station={station} /> },
          { name: "certificates", title: texts.certificates, isShown: may("stations:command"), content: () => <Certificates station={station} /> },
          { name: "rules", title: texts.rules, isShown: reads, content: () => <Deviations id={id} /> },
          { name: "closures", title: texts.closures, content: () => <Closures station={station} /> },
          { name: "health", title: texts.health, isShown: reads, content: () => <Health id={id} /> },
        ]}
      />
    </Page>
  );
}

function Sessions({ id }: { id: string }) {
  const texts = useStationTexts();
  return (
    <Listing
      label={texts.sessions}
      queryKey={["sessions", "of-station", id]}
      load={(query) => answered(listSessions({ query: { ...query, station_id: id } }))}
      columns={SESSION_COLUMNS}
      rowKey={(session) => session.id}
      empty={<p className="quiet">{texts.noSessions}</p>}
    />
  );
}
