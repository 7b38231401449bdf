import { useTexts } from "./texts";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { Report } from "./Report";
import { Schedules } from "./Schedules";

export default function Reports() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page title={titles.reports}>
      <Tabs
        label={titles.reports}
        tabs={[
          { name: "report", title: texts.report, content: () => <Report /> },
          { name: "schedules", title: texts.schedules, isShown: may("reports:read"), content: () => <Schedules /> },
        ]}
      />
    </Page>
  );
}
