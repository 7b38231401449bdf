/** The elements of a tariff, with what a charge would cost by them, live, and when which price holds. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../../api/client.gen";
import type { TariffView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Button, Card, Field, toast } from "../../../kit/ui";
import { Refusal } from "../../parts/Operation";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import { DayPicture } from "./DayPicture";
import { type Component, DAYS, DIMENSIONS, type Element, NUMBER_BOUNDS, type Restrictions, type Tariff, writeTariff } from "./ocpi";
import { Preview } from "./Preview";
import "./tariffs.css";

const useTexts = textsOf({
  en: {
    element: "Element", add: "Add an element", addPrice: "Add a price", remove: "Remove", up: "Up", down: "Down", when: "When it holds", publish: "Publish",
    published: "Published as version", first: "Of each kind of price, the first element that applies counts.", always: "always", moreBounds: "Energy, power and duration",
    currency: "Currency",
  },
  de: {
    element: "Element", add: "Element hinzufügen", addPrice: "Preis hinzufügen", remove: "Entfernen", up: "Hoch", down: "Runter", when: "Wann es gilt", publish: "Veröffentlichen",
    published: "Veröffentlicht als Version", first: "Je Preisart zählt das erste Element, das zutrifft.", always: "immer", moreBounds: "Energie, Leistung und Dauer",
    currency: "Währung",
  },
});

const BLANK: Element = { price_components: [{ type: "ENERGY", price: "0.49", vat: "19", step_size: "1" }], restrictions: {} };

export function Editor({ tariff, isNew }: { tariff: Tariff; isNew: boolean }) {
  const texts = useTexts();
  const may = useMay();
  const queries = useQueryClient();
  const [draft, change] = useState(tariff);
  const text = writeTariff(draft);
  const publish = useMutation({
    mutationFn: () =>
      answered(
        client.request({
          method: "PUT",
          url: "/api/v1/tariffs/{tariff_id}",
          path: { tariff_id: draft.id },
          body: text,
          bodySerializer: null,
          headers: { "Content-Type": "application/json" },
        }) as Promise<{ data?: TariffView; error?: unknown; response?: Response }>,
      ),
    onSuccess: async ({ version }) => {
      toast(`${texts.published} ${version}`);
      await queries.invalidateQueries({ queryKey: ["tariffs"] });
    },
  });
  const set = (at: number, element: Element | null) =>
    change({
      ...draft,
      elements: draft.elements.flatMap((one, place) => (place !== at ? [one] : element === null ? [] : [element])),
    });
  const move = (at: number, by: number) => {
    const elements = [...draft.elements];
    const [moved] = elements.splice(at, 1);
    if (moved !== undefined) elements.splice(at + by, 0, moved);
    change({ ...draft, elements });
  };
  const isChanged = isNew || text !== writeTariff(tariff);
  return (
    <div className="tariff">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate();
        }}
      >
        <div className="spread">
          <p className="quiet small">{texts.first}</p>
          <label className="row small">
            {texts.currency}
            <input className="short" required pattern="[A-Z]{3}" value={draft.currency} onChange={(event) => change({ ...draft, currency: event.target.value.toUpperCase() })} />
          </label>
        </div>
        {draft.elements.map((element, at) => (
          <Card
            key={at}
            title={`${texts.element} ${at + 1}`}
            aside={
              <div className="row">
                <Button size="small" kind="bare" disabled={at === 0} onClick={() => move(at, -1)}>
                  {texts.up}
                </Button>
                <Button size="small" kind="bare" disabled={at === draft.elements.length - 1} onClick={() => move(at, 1)}>
                  {texts.down}
                </Button>
                <Button size="small" kind="bare" disabled={draft.elements.length === 1} onClick={() => set(at, null)}>
                  {texts.remove}
                </Button>
              </div>
            }
          >
            <Prices element={element} onChange={(next) => set(at, next)} />
            <Bounds value={element.restrictions} onChange={(restrictions) => set(at, { ...element, restrictions })} />
          </Card>
        ))}
        {publish.error !== null && <Refusal error={publish.error} />}
        <div className="row">
          <Button onClick={() => change({ ...draft, elements: [...draft.elements, BLANK] })}>{texts.add}</Button>
          {may("tariffs:write") && (
            <Button type="submit" kind="main" isBusy={publish.isPending} disabled={!isChanged}>
              {texts.publish}
            </Button>
          )}
        </div>
      </form>
      <div className="stack tariff-side">
        <Preview tariff={text} />
        <DayPicture tariff={draft} />
      </div>
    </div>
  );
}

function Prices({ element, onChange }: { element: Element; onChange: (element: Element) => void }) {
  const texts = useTexts();
  const words = useWords();
  const components = element.price_components;
  const set = (at: number, component: Component | null) =>
    onChange({
      ...element,
      price_components: components.flatMap((one, place) => (place !== at ? [one] : component === null ? [] : [component])),
    });
  return (
    <div className="stack">
      {components.map((component, at) => (
        <div key={at} className="price">
          <Field label={words("price_of")}>
            {(field) => (
              <select {...field} value={component.type} onChange={(event) => set(at, { ...component, type: event.target.value })}>
                {DIMENSIONS.map((one) => (
                  <option key={one} value={one}>
                    {words(one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {(["price", "vat", "step_size"] as const).map((name) => (
            <Field key={name} label={words(name === "price" ? `price_${component.type}` : name)}>
              {(field) => (
                <input {...field} inputMode="decimal" required={name !== "vat"} value={component[name]} onChange={(event) => set(at, { ...component, [name]: event.target.value })} />
              )}
            </Field>
          ))}
          <Button size="small" kind="bare" disabled={components.length === 1} onClick={() => set(at, null)}>
            {texts.remove}
          </Button>
        </div>
      ))}
      <div>
        <Button
          size="small"
          onClick={() => onChange({ ...element, price_components: [...components, { type: "PARKING_TIME", price: "0", vat: "19", step_size: "60" }] })}
        >
          {texts.addPrice}
        </Button>
      </div>
    </div>
  );
}

function Bounds({ value, onChange }: { value: Restrictions; onChange: (value: Restrictions) => void }) {
  const texts = useTexts();
  const words = useWords();
  const set = (name: keyof Restrictions, next: string) => {
    const { [name]: _, ...rest } = value;
    onChange(next === "" ? rest : { ...rest, [name]: next });
  };
  const days = value.day_of_week ?? [];
  const toggle = (day: string) => {
    const next = DAYS.filter((one) => (one === day ? !days.includes(day) : days.includes(one)));
    const { day_of_week: _, ...rest } = value;
    onChange(next.length === 0 ? rest : { ...rest, day_of_week: next });
  };
  const isBounded = Object.keys(value).length > 0;
  return (
    <details open={isBounded}>
      <summary>
        {texts.when}
        {!isBounded && <span className="quiet">{`: ${texts.always}`}</span>}
      </summary>
      <div className="stack bounds">
        <div className="price">
          {(["start_time", "end_time", "start_date", "end_date"] as const).map((name) => (
            <Field key={name} label={words(name)}>
              {(field) => <input {...field} type={name.endsWith("time") ? "time" : "date"} value={value[name] ?? ""} onChange={(event) => set(name, event.target.value)} />}
            </Field>
          ))}
        </div>
        <div className="row" role="group" aria-label={words("day_of_week")}>
          {DAYS.map((day) => (
            <label key={day} className="check">
              <input type="checkbox" checked={days.includes(day)} onChange={() => toggle(day)} />
              <span>{words(day)}</span>
            </label>
          ))}
        </div>
        <details open={NUMBER_BOUNDS.some((name) => value[name] !== undefined)}>
          <summary className="small">{texts.moreBounds}</summary>
          <div className="price bounds">
            {NUMBER_BOUNDS.map((name) => (
              <Field key={name} label={words(name)}>
                {(field) => <input {...field} inputMode="decimal" value={value[name] ?? ""} onChange={(event) => set(name, event.target.value)} />}
              </Field>
            ))}
          </div>
        </details>
      </div>
    </details>
  );
}
