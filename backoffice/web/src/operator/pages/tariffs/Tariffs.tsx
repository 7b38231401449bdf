import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { listTariffs } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Button, Dialog, Field } from "../../../kit/ui";
import { Listing } from "../../parts/Listing";
import { Page } from "../../parts/Page";
import { useMay } from "../../shell/scopes";
import { useShellTexts } from "../../shell/texts";
import { readTariff } from "./ocpi";

const useTexts = textsOf({
  en: { add: "New tariff", name: "ID of the tariff", hint: "Letters, digits and hyphens; it stays.", make: "Go on", elements: "elements" },
  de: { add: "Neuer Tarif", name: "ID des Tarifs", hint: "Buchstaben, Ziffern, Bindestriche; sie bleibt.", make: "Weiter", elements: "Elemente" },
});

export default function Tariffs() {
  const texts = useTexts();
  const titles = useShellTexts();
  const may = useMay();
  const navigate = useNavigate();
  const [isOpen, open] = useState(false);
  const [name, write] = useState("");
  return (
    <Page
      title={titles.tariffs}
      actions={
        may("tariffs:write") && (
          <Button kind="main" size="small" onClick={() => open(true)}>
            {texts.add}
          </Button>
        )
      }
    >
      <Listing
        label={titles.tariffs}
        queryKey={["tariffs"]}
        load={(query) => answered(listTariffs({ query }))}
        columns={[
          "tariff_id",
          "version",
          { name: "currency", cell: (one) => readTariff(one.tariff).currency },
          { name: "components", cell: (one) => componentsOf(one.tariff) },
          "valid_from",
          "valid_until",
        ]}
        rowKey={(one) => one.tariff_id}
      />
      {isOpen && (
        <Dialog title={texts.add} onClose={() => open(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void navigate({ to: "/tariffs/$id" as "/", params: { id: name } as never });
            }}
          >
            <Field label={texts.name} hint={texts.hint}>
              {(field) => <input {...field} required pattern="[A-Za-z0-9\-]+" maxLength={36} value={name} onChange={(event) => write(event.target.value)} />}
            </Field>
            <div>
              <Button type="submit" kind="main">
                {texts.make}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </Page>
  );
}

function componentsOf(tariff: unknown): string {
  const { elements } = readTariff(tariff);
  return elements.flatMap((element) => element.price_components.map((one) => `${one.type} ${one.price}`)).join(" · ");
}
