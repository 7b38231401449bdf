import { listApiKeys, listStaff, listTenants } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Listing } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const useTexts = textsOf({
  en: { staff: "Staff", keys: "API keys", tenants: "Tenants", invite: "Invite", change: "Change", make: "Make a key", revoke: "Revoke", revokeWhy: "Whoever uses the key is refused from now on.", once: "The key is shown this once; keep it where secrets are kept:", noKeys: "No key yet", create: "Add a tenant" },
  de: { staff: "Personal", keys: "API-Schlüssel", tenants: "Mandanten", invite: "Einladen", change: "Ändern", make: "Schlüssel machen", revoke: "Widerrufen", revokeWhy: "Wer den Schlüssel benutzt, wird ab jetzt abgewiesen.", once: "Der Schlüssel wird nur dieses Mal gezeigt; bewahren Sie ihn bei Ihren Geheimnissen auf:", noKeys: "Noch kein Schlüssel", create: "Mandant anlegen" },
});

export default function Staff() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  return (
    <Page title={titles.staff}>
      <Tabs
        label={titles.staff}
        tabs={[
          { name: "staff", title: texts.staff, content: () => <Accounts /> },
          { name: "keys", title: texts.keys, content: () => <Keys /> },
          { name: "tenants", title: texts.tenants, isShown: may("tenants:read"), content: () => <Tenants /> },
        ]}
      />
    </Page>
  );
}

function Accounts() {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      {may("users:write") && (
        <div>
          <Operation to="POST /api/v1/staff" label={texts.invite} kind="main" changes={["staff"]} />
        </div>
      )}
      <Listing
        label={texts.staff}
        queryKey={["staff"]}
        load={({ cursor }) => answered(listStaff({ query: { cursor } }))}
        columns={["email", "name", "role", "sites", "is_verified", "is_disabled", "created_at"]}
        rowKey={(one) => one.account_id}
        actions={(one) =>
          may("users:write") && <Operation to="PATCH /api/v1/staff/{account_id}" params={{ account_id: one.account_id }} label={texts.change} initial={{ is_disabled: one.is_disabled }} changes={["staff"]} />
        }
      />
    </>
  );
}

function Keys() {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      {may("users:write") && (
        <div>
          <Operation
            to="POST /api/v1/api-keys"
            label={texts.make}
            kind="main"
            changes={["api-keys"]}
            answer={(data) => (
              <div className="stack">
                <p>{texts.once}</p>
                <pre className="answer">{(data as { api_key: string }).api_key}</pre>
              </div>
            )}
          />
        </div>
      )}
      <Listing
        label={texts.keys}
        queryKey={["api-keys"]}
        load={({ cursor }) => answered(listApiKeys({ query: { cursor } }))}
        columns={["name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]}
        rowKey={(one) => one.key_id}
        empty={<p className="quiet">{texts.noKeys}</p>}
        actions={(one) =>
          may("users:write") &&
          one.revoked_at === null && (
            <Operation to="POST /api/v1/api-keys/{key_id}/revoke" params={{ key_id: one.key_id }} label={texts.revoke} kind="bad" isForm={false} explain={texts.revokeWhy} changes={["api-keys"]} />
          )
        }
      />
    </>
  );
}

function Tenants() {
  const texts = useTexts();
  const may = useMay();
  return (
    <>
      {may("tenants:write") && (
        <div>
          <Operation to="POST /api/v1/tenants" label={texts.create} changes={["tenants"]} />
        </div>
      )}
      <Listing
        label={texts.tenants}
        queryKey={["tenants"]}
        load={({ cursor }) => answered(listTenants({ query: { cursor } }))}
        columns={["tenant", "name", "is_disabled", "created_at"]}
        rowKey={(one) => one.tenant}
        actions={(one) => may("tenants:write") && <Operation to="PATCH /api/v1/tenants/{tenant}" params={{ tenant: one.tenant }} label={texts.change} changes={["tenants"]} />}
      />
    </>
  );
}
