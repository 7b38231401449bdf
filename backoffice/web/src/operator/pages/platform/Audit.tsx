import { useState } from "react";
import { listChanges } from "../../../api/sdk.gen";
import type { AuditEntryView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Button, Dialog } from "../../../kit/ui";
import { DownloadButton } from "../../parts/Download";
import { Listing, Table } from "../../parts/Listing";
import { Page } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { instantOf } from "../../parts/when";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: { show: "Show", change: "Change", field: "Field", before: "Before", after: "After", none: "Nobody changed anything" },
  de: { show: "Zeigen", change: "Änderung", field: "Feld", before: "Vorher", after: "Nachher", none: "Niemand hat etwas geändert" },
});

export default function Audit() {
  const texts = useTexts();
  const titles = useShellTexts();
  const [search] = useUrl();
  const asked = { who: search["who"], what: search["what"], request_id: search["request_id"], from: instantOf(search["from"]), to: instantOf(search["to"]) };
  const exported = new URLSearchParams(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return (
    <Page title={titles.audit} actions={<DownloadButton path={`/api/v1/admin/audit.csv?${exported.toString()}`} name="audit.csv" label="CSV" />}>
      <Listing
        label={titles.audit}
        queryKey={["audit"]}
        load={({ cursor }) => answered(listChanges({ query: { ...asked, cursor } }))}
        filters={[{ name: "who" }, { name: "what" }, { name: "request_id" }, { name: "from", type: "date" }, { name: "to", type: "date" }]}
        columns={["at", "who", "service", "table", "action", "key", "note"]}
        rowKey={(one) => `${one.at} ${one.service} ${one.table} ${one.key} ${one.action}`}
        empty={<p className="quiet">{texts.none}</p>}
        actions={(one) => <Show entry={one} />}
      />
    </Page>
  );
}

function Show({ entry }: { entry: AuditEntryView }) {
  const texts = useTexts();
  const [isOpen, open] = useState(false);
  const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])];
  const said = (value: unknown) => (value === undefined ? "–" : JSON.stringify(value));
  return (
    <>
      <Button size="small" onClick={() => open(true)}>
        {texts.show}
      </Button>
      {isOpen && (
        <Dialog title={texts.change} onClose={() => open(false)}>
          <Table
            label={texts.change}
            columns={[
              { name: "field", title: texts.field },
              { name: "before", title: texts.before },
              { name: "after", title: texts.after },
            ]}
            rows={names.map((field) => ({ field, before: said(entry.before?.[field]), after: said(entry.after?.[field]) }))}
            rowKey={(one) => one.field}
          />
        </Dialog>
      )}
    </>
  );
}
