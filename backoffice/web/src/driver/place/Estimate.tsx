/** What it would cost, by the same function that makes the bill, line by line. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { estimatePrice } from "../../api/sdk.gen";
import type { EstimatedPlace, EstimateLineView } from "../../api/types.gen";
import { count, duration, energy, money } from "../../kit/format";
import { textsOf } from "../../kit/i18n";
import { answered } from "../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../kit/ui";
import { usePlaceTexts } from "./texts";
import "./place.css";

/** OCPI's dimensions, and ours for limits. */
export const useDimensionWords = textsOf<Record<string, string>>({
  en: {
    ENERGY: "Energy",
    TIME: "Charging time",
    PARKING_TIME: "Time parked",
    FLAT: "Once",
    MIN_PRICE: "Up to the least price",
    MAX_PRICE: "Down to the highest price",
    RESERVATION: "Reservation",
  },
  de: {
    ENERGY: "Energie",
    TIME: "Ladezeit",
    PARKING_TIME: "Parkzeit",
    FLAT: "Einmalig",
    MIN_PRICE: "Bis zum Mindestpreis",
    MAX_PRICE: "Bis zum Höchstpreis",
    RESERVATION: "Reservierung",
  },
});

const STEP_KWH = 5;
const MOST_KWH = 80;
const STEP_MINUTES = 15;
const MOST_MINUTES = 240;
// Cars take less than an EVSE can give while they are nearly full.
const USUAL_SHARE = 0.8;

interface EstimateProps {
  place: EstimatedPlace;
  /** Of the EVSE; null: only parking is sold here. */
  powerW: number | null;
}

export function Estimate({ place, powerW }: EstimateProps) {
  const texts = usePlaceTexts();
  const [kwh, setKwh] = useState(20);
  const [parked, setParked] = useState(powerW === null ? 60 : 0);
  const minutes = powerW === null ? 0 : Math.ceil((kwh * 60_000) / (powerW * USUAL_SHARE));
  const body = useDeferredValue(
    JSON.stringify(
      powerW === null ? { place, parking_minutes: parked } : { place, minutes, energy_kwh: kwh, parking_minutes: parked },
    ),
  );
  const estimate = useQuery({
    queryKey: ["estimate", body],
    queryFn: ({ signal }) => answered(estimatePrice({ body: JSON.parse(body), signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return (
    <Card title={texts.estimateTitle}>
      {powerW !== null && (
        <Slider
          label={texts.energyLabel}
          text={energy(kwh * 1000)}
          note={texts.takes(duration(minutes * 60))}
          value={kwh}
          least={STEP_KWH}
          most={MOST_KWH}
          step={STEP_KWH}
          onChange={setKwh}
        />
      )}
      <Slider
        label={texts.stayLabel}
        text={parked === 0 ? texts.noStay : duration(parked * 60)}
        value={parked}
        least={powerW === null ? STEP_MINUTES : 0}
        most={MOST_MINUTES}
        step={STEP_MINUTES}
        onChange={setParked}
      />
      {estimate.error !== null && <ProblemNote error={estimate.error} onRetry={() => void estimate.refetch()} />}
      {estimate.data === undefined && estimate.error === null && <Skeleton height="4rem" label={texts.estimating} />}
      {estimate.data !== undefined && (
        <dl className="estimate-lines" aria-live="polite">
          {estimate.data.lines.map((line, index) => (
            <PriceLine key={index} line={line} currency={estimate.data.currency} />
          ))}
          <dt className="sum">{texts.total}</dt>
          <dd className="sum">{money(estimate.data.total_incl_vat, estimate.data.currency)}</dd>
        </dl>
      )}
    </Card>
  );
}

const UNITS: Readonly<Record<string, string>> = { kWh: "/kWh", h: "/h" };

type AnyLine = Pick<EstimateLineView, "dimension" | "quantity" | "unit" | "unit_price" | "vat_percent" | "amount_incl_vat">;

/** "Energy: 20 kWh × €0.58" and what that comes to, VAT included. */
export function PriceLine({ line, currency }: { line: AnyLine; currency: string }) {
  const words = useDimensionWords();
  const gross = Number(line.unit_price) * (1 + Number(line.vat_percent) / 100);
  const isCounted = line.dimension !== "FLAT" && !line.dimension.endsWith("_PRICE");
  return (
    <>
      <dt>
        {words[line.dimension] ?? line.dimension}
        {isCounted && (
          <span className="quiet small number">
            {" "}
            {quantity(line)} × {money(gross, currency)}
            {UNITS[line.unit]}
          </span>
        )}
      </dt>
      <dd>{money(line.amount_incl_vat, currency)}</dd>
    </>
  );
}

function quantity(line: AnyLine): string {
  if (line.unit === "kWh") return energy(Number(line.quantity) * 1000);
  if (line.unit === "h") return duration(Number(line.quantity) * 3600);
  return count(line.quantity);
}

interface SliderProps {
  label: string;
  text: string;
  note?: string;
  value: number;
  least: number;
  most: number;
  step: number;
  onChange: (value: number) => void;
}

function Slider({ label, text, note, value, least, most, step, onChange }: SliderProps) {
  return (
    <label className="slider">
      <span className="spread">
        <span>
          {label} {note !== undefined && <span className="quiet small number">{note}</span>}
        </span>
        <strong className="number">{text}</strong>
      </span>
      <input
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}
