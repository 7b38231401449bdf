/** Energy or cost of each month as columns; each leads to the month's statement. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { energy, money } from "../../kit/format";
import { type Language, useLanguage } from "../../kit/i18n";
import { Card } from "../../kit/ui";
import { Choice } from "../shell/Choice";
import type { Billed, MonthSum } from "./months";
import { useHistoryTexts } from "./texts";
import "./history.css";

export function Months({ billed }: { billed: Billed }) {
  const texts = useHistoryTexts();
  const language = useLanguage();
  const [shown, setShown] = useState<"energyWh" | "cost">("energyWh");
  const heightOf = (one: MonthSum) => Number(one[shown]);
  const most = Math.max(...billed.months.map(heightOf), 1e-9);
  const say = (one: MonthSum) => (shown === "cost" ? money(one.cost, billed.currency) : energy(one.energyWh));
  return (
    <Card
      title={texts.months}
      aside={
        <Choice
          label={texts.months}
          options={[
            { value: "energyWh", text: texts.energy },
            { value: "cost", text: texts.cost },
          ]}
          value={shown}
          onChange={setShown}
        />
      }
    >
      <ul className="months" aria-label={shown === "cost" ? texts.costByMonth : texts.energyByMonth}>
        {billed.months.map((one) => (
          <li key={one.month}>
            <Link to="/months/$month" params={{ month: one.month }} className="month">
              <span className="month-value number">{heightOf(one) > 0 ? say(one) : "–"}</span>
              <span className="month-track">
                <span className="month-bar" style={{ height: `${(heightOf(one) / most) * 100}%` }} />
              </span>
              <span className="quiet small">
                {monthName(one.month, language, "short")}
                <span className="only-read"> {one.month.slice(0, 4)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {shown === "cost" && billed.others.length > 0 && (
        <p className="quiet small">
          {texts.otherCurrencies}{" "}
          {billed.others
            .map((one) => `${monthName(one.month, language, "short")} ${money(one.cost, one.currency)}`)
            .join(" · ")}
        </p>
      )}
    </Card>
  );
}

export function monthName(month: string, language: Language, length: "short" | "long"): string {
  const options = length === "short" ? ({ month: "short" } as const) : ({ month: "long", year: "numeric" } as const);
  return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
}
