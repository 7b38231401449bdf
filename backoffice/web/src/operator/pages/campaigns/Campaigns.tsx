import { listCampaigns } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Ref } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { Drift } from "./Drift";
import { ProgressBar } from "./ProgressBar";

const useTexts = textsOf({
  en: { campaigns: "Campaigns", drift: "Templates and drift", add: "New campaign", none: "No campaign yet", addWhy: "Firmware or a configuration template, for many stations, wave by wave: a wave begins when the one before has succeeded." },
  de: { campaigns: "Kampagnen", drift: "Vorlagen und Abweichung", add: "Neue Kampagne", none: "Noch keine Kampagne", addWhy: "Firmware oder eine Konfigurationsvorlage für viele Stationen, Welle um Welle: Eine Welle beginnt, wenn die davor gelungen ist." },
});

export default function Campaigns() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page
      title={titles.campaigns}
      actions={may("stations:command") && <Operation to="POST /api/v1/campaigns" label={texts.add} kind="main" explain={texts.addWhy} changes={["campaigns"]} />}
    >
      <Tabs
        label={titles.campaigns}
        tabs={[
          {
            name: "campaigns",
            title: texts.campaigns,
            content: () => (
              <Listing
                label={texts.campaigns}
                queryKey={["campaigns"]}
                refetchMs={5000}
                load={({ cursor }) => answered(listCampaigns({ query: { cursor } }))}
                columns={[
                  { name: "name", cell: (one) => <Ref name="campaign_id" value={one.campaign_id} text={one.name} /> },
                  "kind",
                  "state",
                  { name: "progress", cell: (one) => <ProgressBar campaign={one} /> },
                  "detail",
                  "created_at",
                  "ended_at",
                ]}
                rowKey={(one) => one.campaign_id}
                empty={<p className="quiet">{texts.none}</p>}
              />
            ),
          },
          { name: "drift", title: texts.drift, content: () => <Drift /> },
        ]}
      />
    </Page>
  );
}
