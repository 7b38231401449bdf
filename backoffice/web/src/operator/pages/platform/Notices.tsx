import { useQuery } from "@tanstack/react-query";
import { listDeliveries, listWebhooks } from "../../../api/sdk.gen";
import type { Channel, DeliveryState } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Listing, Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Page, Tabs } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";

const STATES: ReadonlyArray<DeliveryState> = ["due", "sending", "sent", "failed", "given_up", "suppressed"];
const CHANNELS: ReadonlyArray<Channel> = ["email", "push", "in_app", "webhook"];

const useTexts = textsOf({
  en: { deliveries: "Deliveries", webhooks: "Webhooks", retry: "Try again", add: "Add a webhook", none: "No webhook yet", test: "Test", rotate: "New secret", remove: "Remove", removeWhy: "Nothing is sent there any more.", secret: "The secret is shown this once:" },
  de: { deliveries: "Zustellungen", webhooks: "Webhooks", retry: "Noch einmal", add: "Webhook anlegen", none: "Noch kein Webhook", test: "Testen", rotate: "Neues Geheimnis", remove: "Entfernen", removeWhy: "Dorthin wird nichts mehr gesendet.", secret: "Das Geheimnis wird nur dieses Mal gezeigt:" },
});

export default function Notices() {
  const texts = useTexts();
  const titles = useShellTexts();
  return (
    <Page title={titles.notices}>
      <Tabs
        label={titles.notices}
        tabs={[
          { name: "deliveries", title: texts.deliveries, content: () => <Deliveries /> },
          { name: "webhooks", title: texts.webhooks, content: () => <Webhooks /> },
        ]}
      />
    </Page>
  );
}

function Deliveries() {
  const texts = useTexts();
  const may = useMay();
  return (
    <Listing
      label={texts.deliveries}
      queryKey={["deliveries"]}
      load={({ state, channel, cursor }) =>
        answered(listDeliveries({ query: { cursor, state: STATES.find((one) => one === state), channel: CHANNELS.find((one) => one === channel) } }))
      }
      filters={[{ name: "state", values: STATES }, { name: "channel", values: CHANNELS }]}
      columns={["created_at", "kind", "channel", "state", "target", "attempts", "detail"]}
      rowKey={(one) => one.delivery_id}
      actions={(one) =>
        may("notices:write") &&
        (one.state === "failed" || one.state === "given_up") && (
          <Operation to="POST /api/v1/notifications/deliveries/{delivery_id}/retry" params={{ delivery_id: one.delivery_id }} label={texts.retry} isForm={false} changes={["deliveries"]} />
        )
      }
    />
  );
}

function Webhooks() {
  const texts = useTexts();
  const may = useMay();
  const query = useQuery({ queryKey: ["webhooks"], queryFn: () => answered(listWebhooks()) });
  const secret = (data: unknown) => (
    <div className="stack">
      <p>{texts.secret}</p>
      <code>{String((data as { secret?: string }).secret ?? "")}</code>
    </div>
  );
  const at = "/api/v1/notifications/webhooks/{webhook_id}";
  return (
    <Card title={texts.webhooks} aside={may("notices:write") && <Operation to="POST /api/v1/notifications/webhooks" label={texts.add} answer={secret} changes={["webhooks"]} />}>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton label={texts.webhooks} />}
      {query.data?.length === 0 && <p className="quiet">{texts.none}</p>}
      {query.data !== undefined && query.data.length > 0 && (
        <Table
          label={texts.webhooks}
          columns={["url", "description", "kinds", "disabled_reason", "created_at"]}
          rows={query.data}
          rowKey={(one) => one.webhook_id}
          actions={(one) =>
            may("notices:write") && (
              <>
                <Operation to={`POST ${at}/test`} params={{ webhook_id: one.webhook_id }} label={texts.test} isForm={false} changes={["deliveries"]} />
                <Operation to={`POST ${at}/rotate`} params={{ webhook_id: one.webhook_id }} label={texts.rotate} isForm={false} explain={texts.rotate} answer={secret} />
                <Operation to={`DELETE ${at}`} params={{ webhook_id: one.webhook_id }} label={texts.remove} kind="bad" isForm={false} explain={texts.removeWhy} changes={["webhooks"]} />
              </>
            )
          }
        />
      )}
    </Card>
  );
}
