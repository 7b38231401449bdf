import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { listMasterPasses, listPrepaidCards, listUnknownTokens } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Button, Card, Field, ProblemNote, Skeleton } from "../../../kit/ui";
import { Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: {
    find: "Find a driver", driverId: "ID of the driver", open: "Open", unknown: "Unknown cards", assign: "Assign to …", noUnknown: "No unknown card was shown lately",
    unknownHint: "Cards that were shown at a station and belong to nobody. Assign one to a driver by the driver's ID.", master: "Master passes", prepaid: "Prepaid cards",
    register: "Register", block: "Block", none: "None yet", group: "Block or release a group", drivers: "Drivers", groupName: "Name of the group",
    findHint: "It stands at every session, invoice and reservation.",
  },
  de: {
    find: "Fahrer finden", driverId: "ID des Fahrers", open: "Öffnen", unknown: "Unbekannte Karten", assign: "Zuordnen zu …", noUnknown: "Zuletzt wurde keine unbekannte Karte gezeigt",
    unknownHint: "Karten, die an einer Station gezeigt wurden und niemandem gehören. Ordnen Sie eine über die ID einem Fahrer zu.", master: "Generalkarten", prepaid: "Guthabenkarten",
    register: "Anmelden", block: "Sperren", none: "Noch keine", group: "Gruppe sperren oder freigeben", drivers: "Fahrer", groupName: "Name der Gruppe",
    findHint: "Sie steht an jedem Ladevorgang, jeder Rechnung und Reservierung.",
  },
});

export default function Drivers() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.drivers}>
      <Tabs
        label={titles.drivers}
        tabs={[
          { name: "find", title: texts.drivers, content: () => <Find /> },
          { name: "unknown", title: texts.unknown, content: () => <UnknownCards /> },
          { name: "master", title: texts.master, content: () => <MasterPasses /> },
          { name: "prepaid", title: texts.prepaid, content: () => <PrepaidCards /> },
        ]}
      />
    </Page>
  );
}

function Find() {
  const texts = useTexts();
  const may = useMay();
  const navigate = useNavigate();
  const [id, write] = useState("");
  const [group, name] = useState("");
  return (
    <div className="columns">
      <Card title={texts.find}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ to: "/drivers/$id" as "/", params: { id: id.trim() } as never });
          }}
        >
          <Field label={texts.driverId} hint={texts.findHint}>
            {(field) => <input {...field} required value={id} onChange={(event) => write(event.target.value)} />}
          </Field>
          <div>
            <Button type="submit" kind="main">
              {texts.open}
            </Button>
          </div>
        </form>
      </Card>
      {may("tokens:write") && (
        <Card title={texts.group}>
          <Field label={texts.groupName}>{(field) => <input {...field} value={group} onChange={(event) => name(event.target.value)} />}</Field>
          {group !== "" && (
            <div>
              <Operation to="PATCH /api/v1/token-groups/{name}" params={{ name: group }} label={texts.group} changes={["tokens"]} />
            </div>
          )}
        </Card>
      )}
    </div>
  );
}

export function UnknownCards({ station }: { station?: string }) {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({
    queryKey: ["unknown-tokens", station ?? ""],
    refetchInterval: 10_000,
    queryFn: () => answered(listUnknownTokens({ query: { station_id: station, limit: 50 } })),
  });
  return (
    <Card title={texts.unknown}>
      <p className="quiet small">{texts.unknownHint}</p>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.unknown} />}
      {query.data?.length === 0 && <p className="quiet">{texts.noUnknown}</p>}
      {query.data !== undefined && query.data.length > 0 && (
        <Table
          label={texts.unknown}
          columns={["mask", "type", "station_id", "last_seen_at", "times"]}
          rows={query.data}
          rowKey={(one) => one.ref}
          actions={(one) =>
            may("tokens:adopt") && (
              <Operation to="POST /api/v1/onboarding/tags/{ref}" params={{ ref: one.ref }} label={texts.assign} changes={["unknown-tokens", "tokens"]} />
            )
          }
        />
      )}
    </Card>
  );
}

function MasterPasses() {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["tokens", "master"], queryFn: () => answered(listMasterPasses()) });
  return (
    <Cards
      title={texts.master}
      query={query}
      register="POST /api/v1/master-passes"
      block="POST /api/v1/master-passes/{token_id}/block"
    />
  );
}

function PrepaidCards() {
  const texts = useTexts();
  const query = useQuery({ queryKey: ["tokens", "prepaid"], queryFn: () => answered(listPrepaidCards()) });
  return (
    <Cards
      title={texts.prepaid}
      query={query}
      register="POST /api/v1/prepaid-cards"
      block="POST /api/v1/prepaid-cards/{token_id}/block"
    />
  );
}

type Tokens = Awaited<ReturnType<typeof listMasterPasses>>["data"];

function Cards(props: {
  title: string;
  query: { data?: Tokens; error: Error | null; isPending: boolean; refetch: () => unknown };
  register: string;
  block: string;
}) {
  const { title, query, register, block } = props;
  const texts = useTexts();
  const may = useMay();
  return (
    <Card title={title} aside={may("tokens:write") && <Operation to={register} label={texts.register} changes={["tokens"]} />}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={title} />}
      {query.data?.length === 0 && <p className="quiet">{texts.none}</p>}
      {query.data !== undefined && query.data.length > 0 && (
        <Table
          label={title}
          columns={["mask", "type", "group", "is_blocked", "expires_at", "created_at"]}
          rows={query.data}
          rowKey={(one) => one.token_id}
          actions={(one) => may("tokens:write") && !one.is_blocked && <Operation to={block} params={{ token_id: one.token_id }} label={texts.block} kind="bad" isForm={false} changes={["tokens"]} />}
        />
      )}
    </Card>
  );
}
