import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listAssignments, listVersions } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { ApiProblem, answered } from "../../../kit/problem";
import { Badge, Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { Editor } from "./Editor";
import { newTariff, readTariff } from "./ocpi";

const useTexts = textsOf({
  en: {
    loading: "Loading the tariff", editor: "Prices", assignments: "Where it holds", versions: "Versions", version: "version", unpublished: "not published yet",
    assign: "Assign", assignWhy: "The tariff holds at these places and nowhere else from now on. A place without anything is everywhere that no other tariff holds.",
    nowhere: "Nowhere yet", drivers: "Drivers", groups: "Groups of drivers", everywhere: "everywhere",
  },
  de: {
    loading: "Tarif wird geladen", editor: "Preise", assignments: "Wo er gilt", versions: "Versionen", version: "Version", unpublished: "noch nicht veröffentlicht",
    assign: "Zuweisen", assignWhy: "Der Tarif gilt ab jetzt an diesen Orten und sonst nirgends. Ein Ort ohne Angabe ist überall, wo kein anderer gilt.",
    nowhere: "Noch nirgends", drivers: "Fahrer", groups: "Fahrergruppen", everywhere: "überall",
  },
});

export default function TariffPage() {
  const texts = useTexts();
  const titles = useShellTexts();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ["tariffs", id, "versions"],
    queryFn: async () => {
      try {
        return await answered(listVersions({ path: { tariff_id: id } }));
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return [];
        throw error;
      }
    },
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="24rem" label={texts.loading} />;
  const [newest] = query.data;
  return (
    <Page title={id} aside={<Badge tone={newest === undefined ? "warn" : "off"}>{newest === undefined ? texts.unpublished : `${texts.version} ${newest.version}`}</Badge>}>
      <Tabs
        label={titles.tariff}
        tabs={[
          {
            name: "editor",
            title: texts.editor,
            content: () => <Editor key={newest?.version ?? 0} tariff={newest === undefined ? newTariff(id) : readTariff(newest.tariff)} isNew={newest === undefined} />,
          },
          { name: "assignments", title: texts.assignments, isShown: newest !== undefined, content: () => <Assignments id={id} /> },
          {
            name: "versions",
            title: texts.versions,
            isShown: newest !== undefined,
            content: () => (
              <Table
                label={texts.versions}
                columns={["version", "valid_from", "valid_until", { name: "tariff", cell: (one) => <code className="small">{JSON.stringify(one.tariff)}</code> }]}
                rows={query.data}
                rowKey={(one) => String(one.version)}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function Assignments({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["tariffs", id, "assignments"], queryFn: () => answered(listAssignments({ path: { tariff_id: id } })) });
  const places = (query.data?.places ?? []).map(({ valid_from: _, ...place }) =>
    Object.fromEntries(Object.entries(place).filter(([, value]) => value !== null)),
  );
  const params = { tariff_id: id };
  return (
    <Card
      title={texts.assignments}
      aside={
        may("tariffs:write") &&
        query.data !== undefined && (
          <div className="row">
            <Operation to="PUT /api/v1/tariffs/{tariff_id}/assignments" params={params} label={texts.assign} explain={texts.assignWhy} initial={{ places: places as never }} changes={["tariffs"]} />
            <Operation to="PUT /api/v1/tariffs/{tariff_id}/drivers" params={params} label={texts.drivers} changes={["tariffs"]} />
            <Operation to="PUT /api/v1/tariffs/{tariff_id}/groups" params={params} label={texts.groups} changes={["tariffs"]} />
          </div>
        )
      }
    >
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.assignments} />}
      {query.data?.places.length === 0 && <p className="quiet">{texts.nowhere}</p>}
      {query.data !== undefined && query.data.places.length > 0 && (
        <Table
          label={texts.assignments}
          columns={["location_id", "station_id", "evse", "bay_id", "valid_from"]}
          rows={query.data.places}
          rowKey={(one) => [one.location_id, one.station_id, one.evse, one.bay_id, one.valid_from].join("/")}
        />
      )}
    </Card>
  );
}
