/** Where stations differ from a template. */
import { useQuery } from "@tanstack/react-query";
import { listDrift, listTemplates } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Listing } from "../../parts/Listing";

const useTexts = textsOf({
  en: { none: "No templates yet: make one on a station's page, under Configuration.", same: "Every station is as the template says", loading: "Loading templates" },
  de: { none: "Noch keine Vorlagen: Auf der Seite einer Station unter Konfiguration lässt sich eine machen.", same: "Jede Station ist, wie die Vorlage sagt", loading: "Vorlagen werden geladen" },
});

export function Drift() {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["templates"], queryFn: () => answered(listTemplates()) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton label={texts.loading} />;
  if (query.data.length === 0) return <p className="quiet">{texts.none}</p>;
  return query.data.map(({ name }) => (
    <Card key={name} title={name}>
      <Listing
        label={name}
        queryKey={["templates", name, "drift"]}
        load={({ cursor }) => answered(listDrift({ path: { name }, query: { cursor } }))}
        columns={[
          "station_id",
          { name: "differing", cell: (one) => one.differing.map((each) => `${each.variable}: ${each.actual ?? "?"} ≠ ${each.value}`).join(", ") },
        ]}
        rowKey={(one) => one.station_id}
        empty={<p className="quiet">{texts.same}</p>}
      />
    </Card>
  ));
}
