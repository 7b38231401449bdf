/** What a charge would cost by the draft, by the function that makes the bill. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { tryTariff } from "../../../api/sdk.gen";
import { money } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, Field, ProblemNote, Skeleton } from "../../../kit/ui";
import { PriceLines } from "../../parts/PriceLines";
import { localOf } from "../../parts/SchemaForm";

const useTexts = textsOf({
  en: { title: "What it would cost", energy: "Energy (kWh)", minutes: "Charging (min)", parking: "Then parked (min)", begins: "Begins", excl: "without VAT", timezone: "Time zone" },
  de: { title: "Was es kosten würde", energy: "Energie (kWh)", minutes: "Laden (min)", parking: "Danach stehen (min)", begins: "Beginn", excl: "ohne MwSt.", timezone: "Zeitzone" },
});

export function Preview({ tariff }: { tariff: string }) {
  const texts = useTexts();
  const [plan, change] = useState({ energy: "20", minutes: "60", parking: "30", begins: new Date(new Date().setMinutes(0, 0, 0)).toISOString() });
  const asked = useDeferredValue(tariff);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = useQuery({
    queryKey: ["tariff-trial", asked, plan],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: () =>
      answered(
        tryTariff({
          body: {
            tariff: asked,
            timezone: zone === "UTC" ? "Etc/UTC" : zone,
            begins_at: plan.begins,
            minutes: Number(plan.minutes),
            parking_minutes: Number(plan.parking),
            energy_kwh: plan.energy === "" ? "0" : plan.energy,
          },
        }),
      ),
  });
  return (
    <Card title={texts.title}>
      <div className="price plan">
        {(["energy", "minutes", "parking"] as const).map((name) => (
          <Field key={name} label={texts[name]}>
            {(field) => <input {...field} type="number" min={0} value={plan[name]} onChange={(event) => change({ ...plan, [name]: event.target.value })} />}
          </Field>
        ))}
        <Field label={texts.begins}>
          {(field) => (
            <input
              {...field}
              type="datetime-local"
              value={localOf(plan.begins)}
              onChange={(event) => event.target.value !== "" && change({ ...plan, begins: new Date(event.target.value).toISOString() })}
            />
          )}
        </Field>
      </div>
      <div aria-live="polite" className="stack">
        {query.isPending && <Skeleton label={texts.title} />}
        {query.error !== null && <ProblemNote error={query.error} />}
        {query.data !== undefined && query.error === null && (
          <>
            <p className="spread">
              <strong className="figure" data-test="preview-total">
                {money(query.data.total_incl_vat, query.data.currency)}
              </strong>
              <span className="quiet">{`${money(query.data.total_excl_vat, query.data.currency)} ${texts.excl}`}</span>
            </p>
            {query.data.lines.length > 0 && <PriceLines lines={query.data.lines} currency={query.data.currency} isShort />}
          </>
        )}
      </div>
    </Card>
  );
}
