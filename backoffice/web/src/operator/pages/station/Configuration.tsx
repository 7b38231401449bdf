/** The device model as we know it, with edit; templates, and where the station differs from one. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { compareWithTemplate, listTemplates, listVariables } from "../../../api/sdk.gen";
import type { KnownVariable } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Badge, Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters, sorted, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { useUrl } from "../../parts/url";
import { useMay } from "../../shell/scopes";
import { useStationTexts } from "./texts";

const useTexts = textsOf({
  en: {
    none: "Nothing is known of its configuration yet", ask: "Ask the station", report: "Ask for the whole device model", set: "Set",
    reboot: "needs a restart", readonly: "read only", templates: "Templates", noTemplates: "No templates yet", template: "Template",
    add: "New template", apply: "Apply to this station", applyWhy: "Every variable of the template is set at the station.", flaw: "not well formed",
    askHint: "1.6: every configuration key. 2.x: the variables that you name.",
  },
  de: {
    none: "Von ihrer Konfiguration ist noch nichts bekannt", ask: "Station fragen", report: "Ganzes Gerätemodell erfragen", set: "Setzen",
    reboot: "braucht Neustart", readonly: "nur lesbar", templates: "Vorlagen", noTemplates: "Noch keine Vorlagen", template: "Vorlage",
    add: "Neue Vorlage", apply: "Auf diese Station anwenden", applyWhy: "Jede Variable der Vorlage wird an der Station gesetzt.", flaw: "nicht wohlgeformt",
    askHint: "1.6: jeder Schlüssel. 2.x: die Variablen, die Sie nennen.",
  },
});

export function Configuration({ id }: { id: string }) {
  const texts = useTexts();
  const station = useStationTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const query = useQuery({ queryKey: ["variables", id], queryFn: () => answered(listVariables({ path: { station_id: id } })) });
  const text = (search["text"] ?? "").toLowerCase();
  const rows = useMemo(
    () => sorted((query.data ?? []).filter((one) => `${one.component} ${one.variable} ${one.value}`.toLowerCase().includes(text)), search["sort"]),
    [query.data, text, search],
  );
  const params = { station_id: id };
  return (
    <>
      <Card
        title={station.configuration}
        aside={
          may("stations:command") && (
            <div className="row">
              <Operation to="POST /api/v1/stations/{station_id}/commands/get_variables" params={params} label={texts.ask} explain={texts.askHint} changes={["variables", "commands"]} />
              <Operation to="POST /api/v1/stations/{station_id}/commands/get_base_report" params={params} label={texts.report} changes={["variables", "commands"]} />
            </div>
          )
        }
      >
        {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton label={station.configuration} />}
        {query.data?.length === 0 && <Empty title={texts.none} />}
        {query.data !== undefined && query.data.length > 0 && (
          <>
            <Filters filters={[{ name: "text" }]} search={search} onChange={change} />
            <Table
              label={station.configuration}
              columns={["component", "variable", { name: "instance", cell: placeOf }, { name: "value", cell: (one) => <Value variable={one} /> }, "unit"]}
              rows={rows}
              rowKey={(one) => [one.component, one.component_instance, one.evse, one.connector, one.variable, one.instance, one.attribute].join("/")}
              sort={search["sort"]}
              onSort={(sort) => change({ sort })}
              actions={(one) =>
                may("stations:command") &&
                one.is_readonly !== true && (
                  <Operation
                    to="POST /api/v1/stations/{station_id}/commands/set_variables"
                    params={params}
                    label={texts.set}
                    initial={{ assignments: [assignmentOf(one)] }}
                    changes={["variables", "commands"]}
                  />
                )
              }
            />
          </>
        )}
      </Card>
      <Templates id={id} />
    </>
  );
}

function placeOf(one: KnownVariable): string {
  return [one.evse === null ? "" : `EVSE ${one.evse}`, one.connector ?? "", one.component_instance, one.instance].filter((part) => part !== "").join(" ");
}

function assignmentOf(one: KnownVariable) {
  return {
    variable: one.variable,
    component: one.component,
    value: one.value ?? "",
    ...(one.evse === null ? {} : { evse: one.evse }),
    ...(one.connector === null ? {} : { connector: one.connector }),
    ...(one.component_instance === "" ? {} : { component_instance: one.component_instance }),
    ...(one.instance === "" ? {} : { instance: one.instance }),
  };
}

function Value({ variable }: { variable: KnownVariable }) {
  const texts = useTexts();
  return (
    <span className="row">
      <span>{variable.value ?? "–"}</span>
      {variable.is_readonly === true && <Badge tone="off">{texts.readonly}</Badge>}
      {variable.needs_reboot && <Badge tone="warn">{texts.reboot}</Badge>}
      {variable.flaw !== null && <Badge tone="warn">{variable.flaw || texts.flaw}</Badge>}
    </span>
  );
}

function Templates({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const query = useQuery({ queryKey: ["templates"], queryFn: () => answered(listTemplates()) });
  const names = (query.data ?? []).map((one) => one.name);
  const name = search["template"] ?? names[0];
  return (
    <Card title={texts.templates} aside={may("stations:write") && <NewTemplate />}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p className="quiet">{texts.noTemplates}</p>}
      {name !== undefined && names.length > 0 && (
        <>
          <Filters filters={[{ name: "template", values: names }]} search={{ template: name }} onChange={change} />
          <Compared id={id} name={name} />
        </>
      )}
    </Card>
  );
}

function Compared({ id, name }: { id: string; name: string }) {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({
    queryKey: ["variables", id, "template", name],
    queryFn: () => answered(compareWithTemplate({ path: { station_id: id, name } })),
  });
  if (query.error !== null) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton label={texts.template} />;
  return (
    <>
      <Table
        label={texts.template}
        columns={["component", "variable", "value", "actual", "verdict"]}
        rows={query.data}
        rowKey={(one) => `${one.component}/${one.variable}`}
      />
      {may("stations:command") && (
        <div>
          <Operation
            to="POST /api/v1/stations/{station_id}/configuration/{name}"
            params={{ station_id: id, name }}
            label={texts.apply}
            isForm={false}
            explain={texts.applyWhy}
            changes={["variables", "commands"]}
          />
        </div>
      )}
    </>
  );
}

function NewTemplate() {
  const texts = useTexts();
  const suggested = `template-${new Date().toISOString().slice(0, 10)}`;
  return <Operation to="PUT /api/v1/configuration-templates/{name}" params={{ name: suggested }} label={texts.add} changes={["templates"]} />;
}
