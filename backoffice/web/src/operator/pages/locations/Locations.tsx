import { listLocations } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({ en: { add: "Add a location" }, de: { add: "Standort anlegen" } });

export default function Locations() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page
      title={titles.locations}
      actions={may("stations:write") && <Operation to="POST /api/v1/locations" label={texts.add} kind="main" changes={["locations"]} />}
    >
      <Listing
        label={titles.locations}
        queryKey={["locations"]}
        load={(query) => answered(listLocations({ query }))}
        columns={["location_id", "name", "address", "city", "country", "timezone"]}
        rowKey={(one) => one.location_id}
      />
    </Page>
  );
}
