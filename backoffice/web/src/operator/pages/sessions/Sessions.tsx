import { listSessions } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Listing } from "../../parts/Listing";
import { Page } from "../../parts/Page";
import { instantOf } from "../../parts/when";
import { useShellTexts } from "../../shell/texts";
import { SESSION_COLUMNS } from "./columns";

const useTexts = textsOf({ en: { none: "Nobody has charged yet" }, de: { none: "Noch hat niemand geladen" } });

export default function Sessions() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.sessions}>
      <Listing
        label={titles.sessions}
        queryKey={["sessions", "all"]}
        load={({ state, from, to, ...search }) =>
          answered(listSessions({ query: { ...search, running: state === "running", from: instantOf(from), to: instantOf(to) } }))
        }
        filters={[{ name: "station_id" }, { name: "driver_id" }, { name: "state", values: ["running"] }, { name: "from", type: "date" }, { name: "to", type: "date" }]}
        columns={SESSION_COLUMNS}
        rowKey={(session) => session.id}
        empty={<p className="quiet">{texts.none}</p>}
      />
    </Page>
  );
}
