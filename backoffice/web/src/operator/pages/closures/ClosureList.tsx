import { listClosures } from "../../../api/sdk.gen";
import type { ClosureState, ClosureView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const STATES: ReadonlyArray<ClosureState> = ["planned", "running", "over", "called_off"];

const useTexts = textsOf({
  en: { end: "End", endWhy: "What was closed is open again; a planned closure is called off.", change: "Change", whole: "whole location", none: "Nothing is closed or planned" },
  de: { end: "Beenden", endWhy: "Was gesperrt war, ist wieder offen; eine geplante Sperrung entfällt.", change: "Ändern", whole: "ganzer Standort", none: "Nichts ist gesperrt oder geplant" },
});

export function ClosureList({ location, ofStation }: { location?: string; ofStation?: string }) {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Listing
      label={titles.closures}
      queryKey={["closures", location ?? "", ofStation ?? ""]}
      load={async (search) => {
        const state = STATES.filter((one) => one === search["state"]);
        const page = await answered(
          listClosures({ query: { location_id: location ?? search["location_id"], cursor: search["cursor"], ...(state.length > 0 ? { state } : {}) } }),
        );
        return ofStation === undefined ? page : { ...page, items: page.items.filter((one) => isAbout(one, ofStation)) };
      }}
      filters={location === undefined ? [{ name: "location_id" }, { name: "state", values: STATES }] : [{ name: "state", values: STATES }]}
      columns={["state", "kind", "location_id", { name: "places", cell: (one) => placesOf(one) || texts.whole }, "reason", "since", "until", "created_by"]}
      rowKey={(one) => one.closure_id}
      empty={<p className="quiet">{texts.none}</p>}
      actions={(one) =>
        may("stations:write") &&
        (one.state === "planned" || one.state === "running") && (
          <>
            <Operation to="PATCH /api/v1/closures/{closure_id}" params={{ closure_id: one.closure_id }} label={texts.change} changes={["closures"]} />
            <Operation
              to="POST /api/v1/closures/{closure_id}/end"
              params={{ closure_id: one.closure_id }}
              label={texts.end}
              isForm={false}
              explain={texts.endWhy}
              changes={["closures"]}
            />
          </>
        )
      }
    />
  );
}

export function placesOf(closure: ClosureView): string {
  return closure.places.map((place) => place.bay_id ?? [place.station_id, place.evse].filter(Boolean).join("/")).join(", ");
}

function isAbout(closure: ClosureView, station: string): boolean {
  return closure.places.length === 0 || closure.places.some((place) => place.station_id === station);
}
