/** A bar a line of the report; of what it tells, the first number. */
import type { BackofficeReportingSchemasReportView as ReportView } from "../../../api/types.gen";
import { count, duration, energy, percent } from "../../../kit/format";
import { useWords } from "../../parts/words";
import "./reports.css";
import { priced } from "../../parts/money";

const TELLS = ["energy_wh", "gross", "charging_share", "uptime_percent", "occupied_s", "faults", "sessions"];
const MOST = 62;

export function Bars({ label, by, report }: { label: string; by: string; report: ReportView }) {
  const words = useWords();
  const told = TELLS.find((name) => report.columns.includes(name));
  if (told === undefined) return null;
  const lines = report.items.slice(0, MOST).map((line) => ({ name: String(line[by] ?? "–"), value: Number(line[told] ?? 0), currency: String(line["currency"] ?? "EUR") }));
  const highest = Math.max(...lines.map((line) => line.value), Number.MIN_VALUE);
  return (
    <figure className="bars">
      <figcaption className="small quiet">{words(told)}</figcaption>
      <ol aria-label={label}>
        {lines.map((line, at) => (
          <li key={at} title={`${line.name}: ${said(told, line.value, line.currency)}`}>
            <span className="bar-value small number">{lines.length <= 12 ? said(told, line.value, line.currency) : ""}</span>
            <span className="bar" style={{ height: `${Math.max(0, (line.value / highest) * 100)}%` }} />
            <span className="bar-name small">{line.name}</span>
            <span className="only-read">{said(told, line.value, line.currency)}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function said(name: string, value: number, currency: string): string {
  if (name.endsWith("_wh")) return energy(value);
  if (name.endsWith("_s")) return duration(value);
  if (name === "gross") return priced(value, currency);
  if (name.endsWith("_share")) return percent(value * 100);
  return name.endsWith("_percent") ? percent(value) : count(value);
}
