/** A form made from a JSON schema: what the interface takes is what can be filled in. */
import { useState } from "react";
import { textsOf } from "../../kit/i18n";
import { Button, Field } from "../../kit/ui";
import { type Interface, type Json, type Schema, type Shape, shapeOf, startOf } from "./schema";
import { useWords } from "./words";
import "./form.css";

const useTexts = textsOf({
  en: { add: "Add", remove: "Remove", none: "Not set", json: "JSON", broken: "This is no JSON yet.", variant: "Kind of" },
  de: { add: "Hinzufügen", remove: "Entfernen", none: "Nicht gesetzt", json: "JSON", broken: "Das ist noch kein JSON.", variant: "Art von" },
});

interface PartProps {
  name: string;
  schema: Schema;
  document: Interface;
  isRequired: boolean;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

type Props = Readonly<Record<string, Json>>;

/** The fields of an object; `hidden` ones keep what they have. */
export function SchemaFields(props: {
  schema: Schema;
  document: Interface;
  value: Props;
  onChange: (value: Props) => void;
  hidden?: ReadonlyArray<string>;
}) {
  const { schema, document, value, onChange, hidden = [] } = props;
  const set = (name: string, next: Json | undefined) => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => !hidden.includes(name));
  const isRequired = (name: string) => schema.required?.includes(name) ?? false;
  fields.sort(([one], [other]) => Number(isRequired(other)) - Number(isRequired(one)));
  return (
    <div className="schema-fields">
      {fields.map(([name, property]) => (
        <Part
          key={name}
          name={name}
          schema={property}
          document={document}
          isRequired={isRequired(name)}
          value={value[name]}
          onChange={(next) => set(name, next)}
        />
      ))}
    </div>
  );
}

function Part(props: PartProps) {
  const words = useWords();
  const shape = shapeOf(props.schema, props.document);
  const label = words(props.name);
  switch (shape.kind) {
    case "constant":
      return null;
    case "object":
      return <ObjectPart {...props} shape={shape} label={label} />;
    case "variants":
      return <VariantsPart {...props} shape={shape} label={label} />;
    case "list":
      return <ListPart {...props} shape={shape} label={label} />;
    case "flag":
      return shape.isNullable ? <ScalarPart {...props} shape={shape} label={label} /> : <FlagPart {...props} shape={shape} label={label} />;
    case "json":
      return <JsonPart {...props} shape={shape} label={label} />;
    default:
      return <ScalarPart {...props} shape={shape} label={label} />;
  }
}

type ShapedProps = PartProps & { shape: Shape; label: string };

function FlagPart({ label, shape, value, onChange }: ShapedProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={(value ?? shape.schema.default ?? false) === true}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

function ScalarPart({ label, shape, isRequired, value, onChange }: ShapedProps) {
  const texts = useTexts();
  const words = useWords();
  const { schema, kind } = shape;
  const hint = schema.description === undefined ? {} : { hint: schema.description };
  const choices: ReadonlyArray<Json> | undefined = kind === "flag" ? [true, false] : schema.enum;
  const placeholder = schema.default === undefined || schema.default === null ? "" : String(schema.default);
  return (
    <Field label={label} {...hint}>
      {(field) =>
        choices === undefined ? (
          <input
            {...field}
            type={{ number: "number", secret: "password", instant: "datetime-local", day: "date" }[kind as string] ?? "text"}
            required={isRequired}
            value={kind === "instant" ? localOf(value) : value === undefined || value === null ? "" : String(value)}
            placeholder={placeholder}
            step={kind === "number" ? (schema.type === "integer" ? 1 : "any") : undefined}
            min={schema.minimum}
            max={schema.maximum}
            minLength={schema.minLength}
            maxLength={schema.maxLength}
            autoComplete="off"
            onChange={(event) => onChange(valueOf(event.target.value, shape))}
          />
        ) : (
          <select
            {...field}
            required={isRequired}
            value={String(value ?? schema.default ?? "")}
            onChange={(event) => onChange(choices.find((one) => String(one) === event.target.value))}
          >
            {!isRequired && (schema.default ?? null) === null && <option value="">{texts.none}</option>}
            {isRequired && value === undefined && <option value="" />}
            {choices.map((one) => (
              <option key={String(one)} value={String(one)}>
                {words(one === true ? "yes" : one === false ? "no" : String(one))}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  );
}

function valueOf(text: string, { kind, variants }: Shape): Json | undefined {
  if (text === "") return undefined;
  if (kind === "number") return Number(text);
  if (kind === "instant") return new Date(text).toISOString();
  return variants.every((one) => one.type !== "string") && variants.length > 0 ? Number(text) : text;
}

/** An instant as `datetime-local` wants it: the wall clock here. */
export function localOf(value: Json | undefined): string {
  if (typeof value !== "string") return "";
  const instant = new Date(value);
  return new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function ObjectPart({ label, shape, document, isRequired, value, onChange }: ShapedProps) {
  const texts = useTexts();
  const isThere = typeof value === "object" && value !== null && !Array.isArray(value);
  return (
    <fieldset>
      <legend>{label}</legend>
      {isThere && <SchemaFields schema={shape.schema} document={document} value={value as Props} onChange={onChange} />}
      {!isRequired && (
        <Button size="small" onClick={() => onChange(isThere ? undefined : (startOf(shape.schema, document) ?? {}))}>
          {isThere ? texts.remove : texts.add}
        </Button>
      )}
      {isRequired && !isThere && (
        <Button size="small" onClick={() => onChange(startOf(shape.schema, document) ?? {})}>
          {texts.add}
        </Button>
      )}
    </fieldset>
  );
}

function VariantsPart({ name, label, shape, document, isRequired, value, onChange }: ShapedProps) {
  const texts = useTexts();
  const words = useWords();
  const [chosen, choose] = useState(0);
  const variant = shape.variants[chosen];
  return (
    <fieldset>
      <legend>{label}</legend>
      <Field label={`${texts.variant} ${label}`}>
        {(field) => (
          <select
            {...field}
            value={chosen}
            onChange={(event) => {
              const next = Number(event.target.value);
              choose(next);
              onChange(shape.variants[next] === undefined ? undefined : startOf(shape.variants[next], document));
            }}
          >
            {shape.variants.map((one, at) => (
              <option key={at} value={at}>
                {words(one.title ?? one.type ?? String(at))}
              </option>
            ))}
          </select>
        )}
      </Field>
      {variant !== undefined && (
        <Part name={name} schema={variant} document={document} isRequired={isRequired} value={value} onChange={onChange} />
      )}
    </fieldset>
  );
}

function ListPart({ name, label, shape, document, value, onChange }: ShapedProps) {
  const texts = useTexts();
  const words = useWords();
  const items = Array.isArray(value) ? (value as ReadonlyArray<Json>) : [];
  const item = shape.schema.items ?? {};
  const inner = shapeOf(item, document);
  if (inner.kind === "choice") {
    return (
      <fieldset>
        <legend>{label}</legend>
        <div className="choices">
          {inner.schema.enum?.map((one) => (
            <label key={String(one)} className="check">
              <input
                type="checkbox"
                checked={items.includes(one)}
                onChange={() => onChange(items.includes(one) ? items.filter((other) => other !== one) : [...items, one])}
              />
              <span>{words(String(one))}</span>
            </label>
          ))}
        </div>
      </fieldset>
    );
  }
  return (
    <fieldset>
      <legend>{label}</legend>
      {items.map((one, at) => (
        <div key={at} className="item">
          <Part
            name={name.replace(/s$/, "")}
            schema={item}
            document={document}
            isRequired
            value={one}
            onChange={(next) => onChange(items.map((other, place) => (place === at ? (next ?? "") : other)))}
          />
          <Button size="small" kind="bare" onClick={() => onChange(items.filter((_, place) => place !== at))}>
            {texts.remove}
          </Button>
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...items, startOf(item, document) ?? ""])}>
          {texts.add}
        </Button>
      </div>
    </fieldset>
  );
}

function JsonPart({ label, shape, isRequired, value, onChange }: ShapedProps) {
  const texts = useTexts();
  const [text, write] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [isBroken, tell] = useState(false);
  return (
    <Field label={label} hint={shape.schema.description ?? texts.json} problem={isBroken ? texts.broken : undefined}>
      {(field) => (
        <textarea
          {...field}
          rows={6}
          spellCheck={false}
          className="mono"
          required={isRequired}
          value={text}
          onChange={(event) => {
            write(event.target.value);
            const read = readJson(event.target.value);
            tell(read === null);
            if (read !== null) onChange(read.value);
          }}
        />
      )}
    </Field>
  );
}

/** null: no JSON. */
function readJson(text: string): { value: Json | undefined } | null {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}
