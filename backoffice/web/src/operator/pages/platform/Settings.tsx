import { useQuery } from "@tanstack/react-query";
import { listSettings, listModels, readReservationPolicy } from "../../../api/sdk.gen";
import type { Scope, SettingView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts, Page } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: { change: "Change", tenant: "Settings of the network", reservations: "Reservations", models: "Tolerance by model", addModel: "Add a model", noModels: "No model has rules of its own" },
  de: { change: "Ändern", tenant: "Einstellungen des Netzes", reservations: "Reservierungen", models: "Toleranz nach Modell", addModel: "Modell hinzufügen", noModels: "Kein Modell hat eigene Regeln" },
});

export default function Settings() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const location = search["location_id"];
  const query = useQuery({ queryKey: ["settings", location ?? ""], queryFn: () => answered(listSettings({ query: { location_id: location } })) });
  const mayChange = (one: SettingView) => may(one.needs as Scope);
  return (
    <Page title={titles.settings}>
      <Card title={texts.tenant}>
        <Filters filters={[{ name: "location_id" }]} search={search} onChange={change} />
        {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton label={titles.settings} />}
        {query.data !== undefined && (
          <Table
            label={titles.settings}
            columns={["name", "help", "value", "default", "scope", "changed_at", "changed_by"]}
            rows={query.data}
            rowKey={(one) => one.name}
            actions={(one) =>
              mayChange(one) && (
                <Operation
                  to="PUT /api/v1/admin/settings/{name}"
                  params={{ name: one.name }}
                  label={texts.change}
                  explain={one.help}
                  initial={{ value: one.value, version: one.version, ...(location === undefined ? {} : { location_id: location }) }}
                  hidden={["version", "location_id"]}
                  changes={["settings"]}
                />
              )
            }
          />
        )}
      </Card>
      {may("reservations:read") && <ReservationPolicy />}
      {may("stations:read") && <Models />}
    </Page>
  );
}

function ReservationPolicy() {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["reservations", "policy"], queryFn: () => answered(readReservationPolicy()) });
  return (
    <Card
      title={texts.reservations}
      aside={
        may("policies:write") &&
        query.data !== undefined && <Operation to="PUT /api/v1/reservations/policy" label={texts.change} initial={{ ...query.data }} changes={["reservations"]} />
      }
    >
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.reservations} />}
      {query.data !== undefined && <Facts of={query.data} names={["free_cancellation_s", "grace_s", "buffer_s", "shortest_s", "longest_s", "ahead_s", "at_once"]} />}
    </Card>
  );
}

function Models() {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["tolerance", "models"], queryFn: () => answered(listModels()) });
  return (
    <Card title={texts.models} aside={may("policies:write") && <Operation to="PUT /api/v1/tolerance/models" label={texts.addModel} changes={["tolerance"]} />}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p className="quiet">{texts.noModels}</p>}
      {query.data !== undefined && query.data.length > 0 && (
        <Table label={texts.models} columns={["vendor", "model", "off", "pinned"]} rows={query.data} rowKey={(one) => `${one.vendor} ${one.model}`} />
      )}
    </Card>
  );
}
