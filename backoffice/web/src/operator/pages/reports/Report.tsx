/** A report by some groups, as a chart and as a table; exported as the server makes it. */
import { useQuery } from "@tanstack/react-query";
import { makeReport } from "../../../api/sdk.gen";
import type { BackofficeReportingDomainReportKind as ReportKind, BackofficeReportingSchemasReportView as ReportView, Format, Group } from "../../../api/types.gen";
import { dateTime } from "../../../kit/format";
import { answered } from "../../../kit/problem";
import { Banner, Card, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { DownloadButton } from "../../parts/Download";
import { Filters, sorted, Table } from "../../parts/Listing";
import { useUrl } from "../../parts/url";
import { Bars } from "./Bars";
import { useTexts } from "./texts";

const KINDS: ReadonlyArray<ReportKind> = ["sessions", "energy", "revenue", "utilisation", "popular_times", "faults", "uptime"];
const GROUPS: ReadonlyArray<Group> = ["day", "week", "month", "site", "station", "evse", "tariff", "hour", "weekday"];
const FORMATS: ReadonlyArray<Format> = ["csv", "xlsx", "pdf"] as ReadonlyArray<Format>;
const BY_DEFAULT: Record<string, Group> = { popular_times: "hour", faults: "station", uptime: "station" };
const LINES = 500;

export function Report() {
  const texts = useTexts();
  const [search, change] = useUrl();
  const kind = KINDS.find((one) => one === search["kind"]) ?? "energy";
  const by = GROUPS.find((one) => one === search["by"]) ?? BY_DEFAULT[kind] ?? "day";
  const asked = { by: [by], from: search["from"], to: search["to"], site: search["site"] };
  const query = useQuery({
    queryKey: ["report", kind, asked],
    queryFn: async () => (await answered(makeReport({ path: { kind }, query: { ...asked, limit: LINES } }))) as ReportView,
  });
  const report = query.data;
  const exported = new URLSearchParams(Object.entries({ ...asked, by }).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  return (
    <Card>
      <div className="spread wrap">
        <Filters
          filters={[{ name: "kind", values: KINDS }, { name: "by", values: GROUPS }, { name: "from", type: "date" }, { name: "to", type: "date" }, { name: "site" }]}
          search={{ ...search, kind, by }}
          onChange={(changes) => change("kind" in changes ? { ...changes, by: undefined } : changes)}
        />
        <div className="row">
          <span className="quiet small">{texts.export}</span>
          {FORMATS.map((format) => (
            <DownloadButton key={format} path={`/api/v1/reports/${kind}?${exported.toString()}&format=${format}`} name={`${kind}.${format}`} label={format.toUpperCase()} />
          ))}
        </div>
      </div>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="18rem" label={texts.loading} />}
      {report !== undefined && report.items.length === 0 && <Empty title={texts.none} />}
      {report !== undefined && report.items.length > 0 && (
        <>
          <Bars label={`${texts.chart} ${kind}`} by={by} report={report} />
          {report.next_cursor !== null && <Banner tone="warn">{texts.more}</Banner>}
          <Table
            label={kind}
            columns={report.columns}
            rows={sorted(report.items, search["sort"])}
            rowKey={(line) => report.columns.map((column) => line[column]).join(" ")}
            sort={search["sort"]}
            onSort={(sort) => change({ sort })}
          />
        </>
      )}
      {report?.refreshed_at != null && <p className="quiet small">{`${texts.refreshed} ${dateTime(report.refreshed_at)}`}</p>}
    </Card>
  );
}
