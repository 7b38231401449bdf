import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listCampaignStations, readCampaign } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts, Page } from "../../parts/Page";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import { ProgressBar } from "./ProgressBar";

const useTexts = textsOf({
  en: { loading: "Loading the campaign", pause: "Pause", resume: "Resume", cancel: "Cancel", cancelWhy: "Stations that were not asked yet never are.", stations: "Stations" },
  de: { loading: "Kampagne wird geladen", pause: "Anhalten", resume: "Fortsetzen", cancel: "Abbrechen", cancelWhy: "Stationen, die noch nicht gefragt wurden, werden es nie.", stations: "Stationen" },
});

export default function Campaign() {
  const texts = useTexts();
  const words = useWords();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ["campaigns", id],
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : 3000),
    queryFn: () => answered(readCampaign({ path: { campaign_id: id } })),
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height="20rem" label={texts.loading} />;
  const campaign = query.data;
  const act = (verb: string) => ({ to: `POST /api/v1/campaigns/{campaign_id}/${verb}`, params: { campaign_id: id }, isForm: false, changes: ["campaigns"] });
  const isOpen = campaign.state === "running" || campaign.state === "paused";
  return (
    <Page
      title={campaign.name}
      aside={<State value={campaign.state} />}
      actions={
        may("stations:command") && (
          <>
            {campaign.state === "running" && <Operation {...act("pause")} label={texts.pause} />}
            {campaign.state === "paused" && <Operation {...act("resume")} label={texts.resume} kind="main" />}
            {isOpen && <Operation {...act("cancel")} label={texts.cancel} kind="bad" explain={texts.cancelWhy} />}
          </>
        )
      }
    >
      <Card>
        <ProgressBar campaign={campaign} />
        <p className="row">
          {Object.entries(campaign.stations).map(([state, number]) => (
            <span key={state}>{`${words(state)}: ${number}`}</span>
          ))}
        </p>
        <Facts of={campaign} names={["kind", "template", "wave_size", "failures_allowed", "patience_h", "created_by", "created_at", "ended_at", "detail"]} />
      </Card>
      <Card title={texts.stations}>
        <Listing
          label={texts.stations}
          queryKey={["campaigns", id, "stations"]}
          refetchMs={3000}
          load={({ cursor }) => answered(listCampaignStations({ path: { campaign_id: id }, query: { cursor } }))}
          columns={["station_id", "state", "detail", "due_at", "changed_at"]}
          rowKey={(one) => one.station_id}
        />
      </Card>
    </Page>
  );
}
