import { useQuery } from "@tanstack/react-query";
import { listCandidates, listHandshakes, readOnboarding } from "../../../api/sdk.gen";
import type { CandidateView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Banner, Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Listing, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { UnknownCards } from "../drivers/Drivers";

const useTexts = textsOf({
  en: {
    stations: "New stations", refused: "Refused connections", cards: "Unknown cards", where: "Where a station connects", whereHint: "Enter this address at the station; its own ID is added by the station or stands at the end.",
    strangers: "Stations that nobody registered are let in as pending.", noStrangers: "Only registered stations are let in.", policy: "Change", waiting: "Waiting for a new station …",
    waitingHint: "It appears here as soon as it knocks. If it does not, look at the refused connections: they say why.", accept: "Accept", reject: "Reject",
    rejectWhy: "The station is told that it is rejected.", noRefusals: "No connection was refused lately", acceptWhy: "The station is told that it is accepted, and takes its place.",
  },
  de: {
    stations: "Neue Stationen", refused: "Abgewiesene Verbindungen", cards: "Unbekannte Karten", where: "Wohin sich eine Station verbindet", whereHint: "Diese Adresse an der Station eintragen; ihre eigene ID hängt sie selbst an oder sie steht am Ende.",
    strangers: "Nicht angemeldete Stationen werden als wartend eingelassen.", noStrangers: "Nur angemeldete Stationen werden eingelassen.", policy: "Ändern", waiting: "Warten auf eine neue Station …",
    waitingHint: "Sie erscheint hier, sobald sie anklopft. Wenn nicht: Abgewiesene Verbindungen sagen, warum.", accept: "Annehmen", reject: "Abweisen",
    rejectWhy: "Der Station wird gesagt, dass sie abgewiesen ist.", noRefusals: "Zuletzt wurde keine Verbindung abgewiesen", acceptWhy: "Der Station wird gesagt, dass sie angenommen ist, und sie bekommt ihren Platz.",
  },
});

export default function Onboarding() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page title={titles.onboarding}>
      <Tabs
        label={titles.onboarding}
        tabs={[
          { name: "stations", title: texts.stations, content: () => <Candidates /> },
          { name: "refused", title: texts.refused, content: () => <Refused /> },
          { name: "cards", title: texts.cards, isShown: may("tokens:read"), content: () => <UnknownCards /> },
        ]}
      />
    </Page>
  );
}

function Candidates() {
  const texts = useTexts();
  const may = useMay();
  const about = useQuery({ queryKey: ["onboarding"], queryFn: () => answered(readOnboarding()) });
  const query = useQuery({ queryKey: ["onboarding", "stations"], refetchInterval: 3000, queryFn: () => answered(listCandidates()) });
  return (
    <>
      <Card
        title={texts.where}
        aside={may("policies:write") && <Operation to="PUT /api/v1/onboarding/policy" label={texts.policy} initial={{ registers_strangers: about.data?.registers_strangers ?? false }} changes={["onboarding"]} />}
      >
        {about.error !== null && <ProblemNote error={about.error} onRetry={() => void about.refetch()} />}
        {[about.data?.station_url, about.data?.tls_station_url].filter(Boolean).map((url) => (
          <code key={url}>{url}</code>
        ))}
        <p className="quiet small">{texts.whereHint}</p>
        {about.data !== undefined && <p>{about.data.registers_strangers ? texts.strangers : texts.noStrangers}</p>}
      </Card>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.stations} />}
      <div aria-live="polite" className="stack">
        {query.data?.length === 0 && (
          <Empty title={texts.waiting}>
            <p>{texts.waitingHint}</p>
          </Empty>
        )}
        {query.data !== undefined && query.data.length > 0 && (
          <Table
            label={texts.stations}
            columns={["station_id", "is_online", "registration", "version", "vendor", "model", "serial_number", "firmware_version", "last_seen_at"]}
            rows={query.data}
            rowKey={(one) => one.station_id}
            actions={(one) => may("stations:write") && <Decide candidate={one} />}
          />
        )}
      </div>
    </>
  );
}

function Decide({ candidate }: { candidate: CandidateView }) {
  const texts = useTexts();
  const params = { station_id: candidate.station_id };
  return (
    <>
      <Operation to="POST /api/v1/onboarding/stations/{station_id}/accept" params={params} label={texts.accept} kind="main" explain={texts.acceptWhy} changes={["onboarding", "station", "wall"]} />
      <Operation to="POST /api/v1/onboarding/stations/{station_id}/reject" params={params} label={texts.reject} isForm={false} explain={texts.rejectWhy} changes={["onboarding"]} />
    </>
  );
}

function Refused() {
  const texts = useTexts();
  return (
    <>
      <Banner tone="off">{texts.waitingHint}</Banner>
      <Listing
        label={texts.refused}
        queryKey={["onboarding", "handshakes"]}
        refetchMs={3000}
        load={({ cursor }) => answered(listHandshakes({ query: { cursor } }))}
        columns={["refused_at", "station_id", "cause", "detail", "status", "peer", "path", "times"]}
        rowKey={(one) => `${one.refused_at} ${one.peer} ${one.path}`}
        empty={<p className="quiet">{texts.noRefusals}</p>}
      />
    </>
  );
}
