import { useQuery } from "@tanstack/react-query";
import { listAlarmRules, listAlarms } from "../../../api/sdk.gen";
import type { AlarmState, AlarmView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Ref } from "../../parts/cell";
import { Listing, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const STATES: ReadonlyArray<AlarmState> = ["raised", "acknowledged", "cleared", "quiet"];

const useTexts = textsOf({
  en: { alarms: "Alarms", rules: "Rules", acknowledge: "Acknowledge", change: "Change", none: "Nothing is wrong" },
  de: { alarms: "Alarme", rules: "Regeln", acknowledge: "Quittieren", change: "Ändern", none: "Alles in Ordnung" },
});

export default function Alarms() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.alarms}>
      <Tabs
        label={titles.alarms}
        tabs={[
          { name: "alarms", title: texts.alarms, content: () => <List /> },
          { name: "rules", title: texts.rules, content: () => <Rules /> },
        ]}
      />
    </Page>
  );
}

function List() {
  const texts = useTexts();
  const may = useMay();
  return (
    <Listing
      label={texts.alarms}
      queryKey={["alarms", "list"]}
      refetchMs={30_000}
      load={({ state, cursor }) => answered(listAlarms({ query: { cursor, state: STATES.find((one) => one === state) } }))}
      filters={[{ name: "state", values: STATES }]}
      columns={["severity", "kind", { name: "about", cell: (alarm) => <Subject alarm={alarm} /> }, "detail", "state", "raised_at", "cleared_at"]}
      rowKey={(alarm) => alarm.id}
      empty={<Empty title={texts.none} />}
      actions={(alarm) =>
        may("platform:write") &&
        alarm.state === "raised" && (
          <Operation to="POST /api/v1/admin/alarms/{alarm_id}/acknowledge" params={{ alarm_id: alarm.id }} label={texts.acknowledge} isForm={false} changes={["alarms"]} />
        )
      }
    />
  );
}

function Subject({ alarm }: { alarm: AlarmView }) {
  const isStation = alarm.kind === "station_offline" || alarm.kind === "station_faulted" || alarm.kind === "message_quarantined";
  return isStation ? <Ref name="station_id" value={alarm.about.split("/")[0] ?? ""} text={alarm.about} /> : alarm.about;
}

function Rules() {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["alarm-rules"], queryFn: () => answered(listAlarmRules()) });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton label={texts.rules} />;
  return (
    <Table
      label={texts.rules}
      columns={["kind", "is_enabled", "severity", "threshold", "unit", "help"]}
      rows={query.data}
      rowKey={(rule) => rule.kind}
      actions={(rule) =>
        may("platform:write") && (
          <Operation
            to="PUT /api/v1/admin/alarm-rules/{kind}"
            params={{ kind: rule.kind }}
            label={texts.change}
            initial={{ threshold: rule.threshold, severity: rule.severity, is_enabled: rule.is_enabled }}
            changes={["alarm-rules"]}
          />
        )
      }
    />
  );
}
