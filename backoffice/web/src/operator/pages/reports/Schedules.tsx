import { listSchedules } from "../../../api/sdk.gen";
import { answered } from "../../../kit/problem";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { useMay } from "../../shell/scopes";
import { useTexts } from "./texts";

export function Schedules() {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      {may("reports:write") && (
        <div>
          <Operation to="POST /api/v1/reports/schedules" label={texts.add} changes={["schedules"]} />
        </div>
      )}
      <Listing
        label={texts.schedules}
        queryKey={["schedules"]}
        load={({ cursor }) => answered(listSchedules({ query: { cursor } }))}
        columns={["title", "kind", "by", "every", "recipients", "next_at"]}
        rowKey={(one) => one.id}
        empty={<p className="quiet">{texts.noSchedules}</p>}
        actions={(one) =>
          may("reports:write") && (
            <Operation
              to="DELETE /api/v1/reports/schedules/{schedule_id}"
              params={{ schedule_id: one.id }}
              label={texts.remove}
              isForm={false}
              explain={texts.removeWhy}
              changes={["schedules"]}
            />
          )
        }
      />
    </>
  );
}
