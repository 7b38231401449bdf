/** What the station does otherwise than OCPP says, and which rules of tolerance it is given. */
import { useQuery } from "@tanstack/react-query";
import { listDeviations, readTolerance } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useStationTexts } from "./texts";

const useTexts = textsOf({
  en: { none: "It never deviated", rules: "Rules for this station", change: "Change the rules", hint: "off: never repaired; pinned: always repaired." },
  de: { none: "Sie ist nie abgewichen", rules: "Regeln für diese Station", change: "Regeln ändern", hint: "off: nie geheilt; pinned: immer geheilt." },
});

export function Deviations({ id }: { id: string }) {
  const texts = useTexts();
  const station = useStationTexts();
  const may = useMay();
  const deviations = useQuery({ queryKey: ["deviations", id], queryFn: () => answered(listDeviations({ path: { station_id: id } })) });
  const rules = useQuery({
    queryKey: ["tolerance", id],
    enabled: may("stations:read"),
    queryFn: () => answered(readTolerance({ path: { station_id: id } })),
  });
  return (
    <div className="columns">
      <Card title={station.rules}>
        {deviations.error !== null && <ProblemNote error={deviations.error} onRetry={() => void deviations.refetch()} />}
        {deviations.isPending && <Skeleton label={station.rules} />}
        {deviations.data?.length === 0 && <p className="quiet">{texts.none}</p>}
        {deviations.data !== undefined && deviations.data.length > 0 && (
          <Table label={station.rules} columns={["rule", "count", "last_at", "last_detail"]} rows={deviations.data} rowKey={(one) => one.rule} />
        )}
      </Card>
      {rules.data !== undefined && (
        <Card
          title={texts.rules}
          aside={
            may("stations:write") && (
              <Operation
                to="PUT /api/v1/stations/{station_id}/tolerance"
                params={{ station_id: id }}
                label={texts.change}
                initial={{ off: rules.data.off ?? [], pinned: rules.data.pinned ?? [] }}
                changes={["tolerance"]}
              />
            )
          }
        >
          <Facts of={{ off: [], pinned: [], ...rules.data }} names={["off", "pinned"]} />
          <p className="quiet small">{texts.hint}</p>
        </Card>
      )}
    </div>
  );
}
