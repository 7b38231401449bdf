/** OCPI 2.2.1 tariffs as the editor holds them: numbers are text, so that prices keep their digits. */
export const DIMENSIONS = ["ENERGY", "TIME", "PARKING_TIME", "FLAT"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;

export interface Component {
  type: string;
  price: string;
  vat: string;
  step_size: string;
}

/** Bounds that are not set are absent. */
export interface Restrictions {
  start_time?: string;
  end_time?: string;
  start_date?: string;
  end_date?: string;
  min_kwh?: string;
  max_kwh?: string;
  min_current?: string;
  max_current?: string;
  min_power?: string;
  max_power?: string;
  min_duration?: string;
  max_duration?: string;
  day_of_week?: ReadonlyArray<string>;
  reservation?: string;
}

export interface Element {
  price_components: ReadonlyArray<Component>;
  restrictions: Restrictions;
}

export interface Tariff {
  id: string;
  currency: string;
  elements: ReadonlyArray<Element>;
  /** Everything else that the document has, untouched. */
  rest: Readonly<Record<string, unknown>>;
}

export const TEXT_BOUNDS = ["start_time", "end_time", "start_date", "end_date", "reservation"] as const;
export const NUMBER_BOUNDS = [
  "min_kwh", "max_kwh", "min_power", "max_power", "min_current", "max_current", "min_duration", "max_duration",
] as const;

export function newTariff(id: string): Tariff {
  return { id, currency: "EUR", rest: {}, elements: [{ price_components: [{ type: "ENERGY", price: "0.49", vat: "19", step_size: "1" }], restrictions: {} }] };
}

/** The document of the interface, for editing. */
export function readTariff(document: unknown): Tariff {
  const { id, currency, elements, ...rest } = (document ?? {}) as Record<string, unknown>;
  return {
    id: String(id ?? ""),
    currency: String(currency ?? "EUR"),
    rest,
    elements: (Array.isArray(elements) ? (elements as ReadonlyArray<Record<string, unknown>>) : []).map(readElement),
  };
}

function readElement(element: Record<string, unknown>): Element {
  const components = (element["price_components"] ?? []) as ReadonlyArray<Record<string, unknown>>;
  const restrictions = (element["restrictions"] ?? {}) as Record<string, unknown>;
  return {
    price_components: components.map((one) => ({
      type: String(one["type"]),
      price: String(one["price"] ?? "0"),
      vat: one["vat"] === undefined || one["vat"] === null ? "" : String(one["vat"]),
      step_size: String(one["step_size"] ?? 1),
    })),
    restrictions: Object.fromEntries(
      Object.entries(restrictions)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]),
    ),
  };
}

/** The JSON text to publish: numbers stand in it as they were typed. */
export function writeTariff(tariff: Tariff): string {
  const elements = tariff.elements.map(writeElement).join(",");
  const rest = Object.entries(tariff.rest).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{"id":${JSON.stringify(tariff.id)},"currency":${JSON.stringify(tariff.currency)},"elements":[${elements}]${rest.join("")}}`;
}

function writeElement({ price_components: components, restrictions }: Element): string {
  const prices = components.map(
    (one) => `{"type":${JSON.stringify(one.type)},"price":${numeral(one.price)}${one.vat === "" ? "" : `,"vat":${numeral(one.vat)}`},"step_size":${numeral(one.step_size)}}`,
  );
  const bounds = [
    ...TEXT_BOUNDS.filter((name) => restrictions[name]).map((name) => `"${name}":${JSON.stringify(restrictions[name])}`),
    ...NUMBER_BOUNDS.filter((name) => restrictions[name]).map((name) => `"${name}":${numeral(restrictions[name] ?? "")}`),
    ...(restrictions.day_of_week?.length ? [`"day_of_week":${JSON.stringify(restrictions.day_of_week)}`] : []),
  ];
  return `{"price_components":[${prices.join(",")}]${bounds.length === 0 ? "" : `,"restrictions":{${bounds.join(",")}}`}}`;
}

/** A number of JSON; what is none is sent as text, and the server says so. */
function numeral(text: string): string {
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text.trim()) ? text.trim() : JSON.stringify(text);
}

/** The price of energy or time in each quarter of an hour of a weekday: the first element that applies then. */
export function pricesOfDay(tariff: Tariff, dimension: string, weekday: string): ReadonlyArray<{ price: number; element: number } | null> {
  return Array.from({ length: QUARTERS }, (_, quarter) => {
    const minute = quarter * 15;
    const at = tariff.elements.findIndex(
      (element) => appliesAt(element.restrictions, minute, weekday) && element.price_components.some((one) => one.type === dimension),
    );
    const component = tariff.elements[at]?.price_components.find((one) => one.type === dimension);
    return component === undefined ? null : { price: Number(component.price), element: at };
  });
}

const QUARTERS = 96;

/** By time of day and weekday alone; bounds of dates, power, energy and duration hold sometime. */
function appliesAt({ start_time: start, end_time: end, day_of_week: days, reservation }: Restrictions, minute: number, weekday: string): boolean {
  if (reservation) return false;
  if (days?.length && !days.includes(weekday)) return false;
  const from = start === undefined ? 0 : minutesOf(start);
  const to = end === undefined ? 24 * 60 : minutesOf(end);
  if (from === to) return true;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}
