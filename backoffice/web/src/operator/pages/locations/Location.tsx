import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listBays, readLocation, readPowerLimit } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Badge, Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts, Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: {
    loading: "Loading the location", facts: "Details", bays: "Bays", power: "Power limit", noLimit: "No limit: stations draw what they may.",
    setLimit: "Set the limit", release: "Release", addBay: "Add a bay", open: "Open", closed: "Closed", qr: "QR codes (PDF)",
    releaseWhy: "Stations at this location draw what they may again.",
  },
  de: {
    loading: "Standort wird geladen", facts: "Angaben", bays: "Stellplätze", power: "Leistungsgrenze", noLimit: "Keine Grenze: Stationen ziehen, was sie dürfen.",
    setLimit: "Grenze setzen", release: "Aufheben", addBay: "Stellplatz anlegen", open: "Geöffnet", closed: "Geschlossen", qr: "QR-Codes (PDF)",
    releaseWhy: "Stationen an diesem Standort ziehen wieder, was sie dürfen.",
  },
});

export default function Location() {
  const texts = useTexts();
  const titles = useShellTexts();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({ queryKey: ["locations", id], queryFn: () => answered(readLocation({ path: { location_id: id } })) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="20rem" label={texts.loading} />;
  const location = query.data;
  return (
    <Page
      title={location.name}
      aside={location.is_open === null ? undefined : <Badge tone={location.is_open ? "good" : "off"}>{location.is_open ? texts.open : texts.closed}</Badge>}
    >
      <Tabs
        label={titles.location}
        tabs={[
          {
            name: "facts",
            title: texts.facts,
            content: () => (
              <Card>
                <Facts of={location} names={["location_id", "address", "city", "country", "timezone", "latitude", "longitude", "bay_count", "free_bay_count", "is_accessible"]} />
              </Card>
            ),
          },
          { name: "bays", title: texts.bays, content: () => <Bays id={id} /> },
          { name: "power", title: texts.power, content: () => <PowerLimit id={id} /> },
        ]}
      />
    </Page>
  );
}

function Bays({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      {may("stations:write") && (
        <div>
          <Operation to="POST /api/v1/locations/{location_id}/bays" params={{ location_id: id }} label={texts.addBay} changes={["bays"]} />
        </div>
      )}
      <Listing
        label={texts.bays}
        queryKey={["bays", id]}
        load={(query) => answered(listBays({ path: { location_id: id }, query }))}
        columns={["name", "state", "station_id", "evse", "occupied_since", "is_ev_only", "is_accessible", "max_stay_s"]}
        rowKey={(bay) => bay.bay_id}
      />
    </>
  );
}

function PowerLimit({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({
    queryKey: ["power-limit", id],
    retry: false,
    queryFn: () => answered(readPowerLimit({ path: { location_id: id } })),
  });
  return (
    <Card
      title={texts.power}
      aside={
        may("stations:write") && (
          <div className="row">
            <Operation to="PUT /api/v1/locations/{location_id}/power-limit" params={{ location_id: id }} label={texts.setLimit} changes={["power-limit"]} />
            {query.data !== undefined && (
              <Operation
                to="DELETE /api/v1/locations/{location_id}/power-limit"
                params={{ location_id: id }}
                label={texts.release}
                kind="bad"
                isForm={false}
                explain={texts.releaseWhy}
                changes={["power-limit"]}
              />
            )}
          </div>
        )
      }
    >
      {query.isPending && <Skeleton label={texts.power} />}
      {query.data === undefined && !query.isPending && <p className="quiet">{texts.noLimit}</p>}
      {query.data !== undefined && <pre className="answer">{JSON.stringify(query.data, null, 2)}</pre>}
    </Card>
  );
}
