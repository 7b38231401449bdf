import type { OperatedStation } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { Operation } from "../../parts/Operation";
import { useMay } from "../../shell/scopes";
import { ClosureList } from "../closures/ClosureList";
import { useStationTexts } from "./texts";

const useTexts = textsOf({
  en: { closeWhy: "Drivers cannot start there in that time; who has reserved it is told." },
  de: { closeWhy: "Dort kann in dieser Zeit niemand starten; wer reserviert hat, erfährt es." },
});

export function Closures({ station }: { station: OperatedStation }) {
  const texts = useTexts();
  const titles = useStationTexts();
  const may = useMay();
  const location = station.location.location_id;
  return (
    <>
      {may("stations:write") && (
        <div>
          <Operation
            to="POST /api/v1/closures"
            label={titles.close}
            explain={texts.closeWhy}
            initial={{ location_id: location, kind: "maintenance", places: [{ station_id: station.station_id }] }}
            changes={["closures", "station"]}
          />
        </div>
      )}
      <ClosureList location={location} ofStation={station.station_id} />
    </>
  );
}
