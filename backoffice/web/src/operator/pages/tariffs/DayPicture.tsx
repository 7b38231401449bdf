/** When which price holds: a bar a weekday, by quarter of an hour; the height of the colour is the price. */
import { useState } from "react";
import { money } from "../../../kit/format";
import { textsOf } from "../../../kit/i18n";
import { Card } from "../../../kit/ui";
import { useWords } from "../../parts/words";
import { DAYS, DIMENSIONS, pricesOfDay, type Tariff } from "./ocpi";

const useTexts = textsOf({
  en: { title: "Through the week", free: "free", hint: "By weekday and time of day; other conditions hold sometime.", choose: "Price of" },
  de: { title: "Durch die Woche", free: "kostenlos", hint: "Nach Wochentag und Uhrzeit; andere Bedingungen gelten irgendwann.", choose: "Preis für" },
});

interface Stretch {
  from: number;
  to: number;
  price: number | null;
}

export function DayPicture({ tariff }: { tariff: Tariff }) {
  const texts = useTexts();
  const words = useWords();
  const there = DIMENSIONS.filter((one) => tariff.elements.some((element) => element.price_components.some((part) => part.type === one)));
  const [chosen, choose] = useState<string>("ENERGY");
  const dimension = there.find((one) => one === chosen) ?? there[0] ?? "ENERGY";
  const week = DAYS.map((day) => ({ day, stretches: stretchesOf(pricesOfDay(tariff, dimension, day)) }));
  const highest = Math.max(0.0001, ...week.flatMap(({ stretches }) => stretches.map((one) => one.price ?? 0)));
  const say = ({ from, to, price }: Stretch) => `${clock(from)}–${clock(to)} ${price === null ? texts.free : money(price, tariff.currency)}`;
  return (
    <Card
      title={texts.title}
      aside={
        <select className="small-select" aria-label={texts.choose} value={dimension} onChange={(event) => choose(event.target.value)}>
          {there.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </select>
      }
    >
      <div className="week">
        {week.map(({ day, stretches }) => (
          <div key={day} className="week-day">
            <span className="small">{words(day)}</span>
            <ul aria-label={words(day)}>
              {stretches.map((one) => (
                <li key={one.from} style={{ flexGrow: one.to - one.from }} title={say(one)} data-free={one.price === null}>
                  <span style={{ height: `${((one.price ?? 0) / highest) * 100}%` }} />
                  <em>{one.to - one.from >= 12 ? (one.price === null ? texts.free : money(one.price, tariff.currency)) : ""}</em>
                  <span className="only-read">{say(one)}</span>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <div className="week-day week-hours" aria-hidden="true">
          <span />
          <div>
            {["0", "6", "12", "18", "24"].map((hour) => (
              <span key={hour}>{hour}</span>
            ))}
          </div>
        </div>
      </div>
      <p className="quiet small">{texts.hint}</p>
    </Card>
  );
}

function stretchesOf(prices: ReturnType<typeof pricesOfDay>): ReadonlyArray<Stretch> {
  const stretches: Stretch[] = [];
  for (const [quarter, one] of prices.entries()) {
    const price = one?.price ?? null;
    const last = stretches.at(-1);
    if (last !== undefined && last.price === price) last.to = quarter + 1;
    else stretches.push({ from: quarter, to: quarter + 1, price });
  }
  return stretches;
}

function clock(quarter: number): string {
  return `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${String((quarter % 4) * 15).padStart(2, "0")}`;
}
