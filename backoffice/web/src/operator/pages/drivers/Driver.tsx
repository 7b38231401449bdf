import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { listReservations, listSessions, listTokens, readMonth, readPayer } from "../../../api/sdk.gen";
import { money } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, Field, ProblemNote, Skeleton } from "../../../kit/ui";
import { DownloadButton } from "../../parts/Download";
import { Listing, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useUrl } from "../../parts/url";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { SESSION_COLUMNS } from "../sessions/columns";

const useTexts = textsOf({
  en: {
    cards: "Cards", change: "Block or release", none: "No cards", payer: "Who pays", changePayer: "Change", month: "Month", noMonth: "Nothing in this month", pdf: "Statement (PDF)",
    remove: "Delete the driver", removeWhy: "The person is deleted: profile, vehicles, cards and links go; invoices keep what the law asks for. This cannot be undone.",
  },
  de: {
    cards: "Karten", change: "Sperren oder freigeben", none: "Keine Karten", payer: "Wer zahlt", changePayer: "Ändern", month: "Monat", noMonth: "Nichts in diesem Monat", pdf: "Abrechnung (PDF)",
    remove: "Fahrer löschen", removeWhy: "Die Person wird gelöscht: Profil, Fahrzeuge, Karten und Verknüpfungen gehen; Rechnungen behalten, was das Gesetz verlangt. Das lässt sich nicht zurücknehmen.",
  },
});

export default function Driver() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  return (
    <Page
      title={`${titles.driver} …${id.slice(-8)}`}
      aside={<code className="small quiet">{id}</code>}
      actions={
        may("users:write") && (
          <Operation to="DELETE /api/v1/profiles/{driver_id}" params={{ driver_id: id }} label={texts.remove} kind="bad" isForm={false} explain={texts.removeWhy} changes={["tokens"]} />
        )
      }
    >
      <Tabs
        label={titles.driver}
        tabs={[
          {
            name: "sessions",
            title: titles.sessions,
            content: () => (
              <Listing
                label={titles.sessions}
                queryKey={["sessions", "of-driver", id]}
                load={(query) => answered(listSessions({ query: { ...query, driver_id: id } }))}
                columns={SESSION_COLUMNS}
                rowKey={(session) => session.id}
              />
            ),
          },
          { name: "cards", title: texts.cards, content: () => <Tokens id={id} /> },
          {
            name: "reservations",
            title: titles.reservations,
            isShown: may("reservations:read"),
            content: () => (
              <Listing
                label={titles.reservations}
                queryKey={["reservations", "of-driver", id]}
                load={(query) => answered(listReservations({ query: { ...query, driver_id: id } }))}
                columns={["number", "begins_at", "ends_at", "state", "location_id", "total_incl_vat"]}
                rowKey={(one) => one.id}
              />
            ),
          },
          { name: "billing", title: titles.invoices, isShown: may("billing:read"), content: () => <Billing id={id} /> },
        ]}
      />
    </Page>
  );
}

function Tokens({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["tokens", id], queryFn: () => answered(listTokens({ query: { driver_id: id } })) });
  return (
    <Card title={texts.cards}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.cards} />}
      {query.data?.length === 0 && <p className="quiet">{texts.none}</p>}
      {query.data !== undefined && query.data.length > 0 && (
        <Table
          label={texts.cards}
          columns={["mask", "type", "group", "is_blocked", "expires_at", "created_at"]}
          rows={query.data}
          rowKey={(one) => one.token_id}
          actions={(one) =>
            may("tokens:write") && (
              <Operation to="PATCH /api/v1/tokens/{token_id}" params={{ token_id: one.token_id }} label={texts.change} initial={{ is_blocked: !one.is_blocked }} changes={["tokens"]} />
            )
          }
        />
      )}
    </Card>
  );
}

function Billing({ id }: { id: string }) {
  const texts = useTexts();
  const may = useMay();
  const [search, change] = useUrl();
  const month = search["month"] ?? new Date().toISOString().slice(0, 7);
  const payer = useQuery({ queryKey: ["payer", id], queryFn: () => answered(readPayer({ path: { driver_id: id } })) });
  const query = useQuery({ queryKey: ["month", id, month], retry: false, queryFn: () => answered(readMonth({ path: { driver_id: id, month } })) });
  return (
    <div className="columns">
      <Card title={texts.payer} aside={may("billing:write") && <Operation to="PUT /api/v1/billing/payers/{driver_id}" params={{ driver_id: id }} label={texts.changePayer} changes={["payer"]} />}>
        {payer.error !== null && <ProblemNote error={payer.error} onRetry={() => void payer.refetch()} />}
        {payer.data !== undefined && <pre className="answer">{JSON.stringify(payer.data, null, 2)}</pre>}
      </Card>
      <Card
        title={texts.month}
        aside={<DownloadButton path={`/api/v1/billing/drivers/${encodeURIComponent(id)}/months/${month}/pdf`} name={`${id}-${month}.pdf`} label={texts.pdf} />}
      >
        <Field label={texts.month}>
          {(field) => <input {...field} type="month" value={month} onChange={(event) => change({ month: event.target.value === "" ? undefined : event.target.value }, { replace: true })} />}
        </Field>
        {query.error !== null && <ProblemNote error={query.error} />}
        {query.data?.invoices.length === 0 && <p className="quiet">{texts.noMonth}</p>}
        {query.data !== undefined && query.data.invoices.length > 0 && (
          <>
            <Table label={texts.month} columns={["issued_at", "number", "kind", "state", "total_incl_vat"]} rows={query.data.invoices} rowKey={(one) => one.id} />
            <p>{query.data.totals.map((one) => money(one.billed, one.currency)).join(" + ")}</p>
          </>
        )}
      </Card>
    </div>
  );
}
