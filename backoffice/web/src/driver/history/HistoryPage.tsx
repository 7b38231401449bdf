import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { listInvoices } from "../../api/sdk.gen";
import type { InvoiceView } from "../../api/types.gen";
import { dateTime, energy, money } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Badge, Banner, Button, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { running } from "../queries";
import { Icon, type IconName } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { billedByMonth, lastMonths } from "./months";
import { Months } from "./Months";
import type { HistorySearch } from "./search";
import { useHistoryTexts } from "./texts";
import { TONE_OF_INVOICE } from "./tones";

const route = getRouteApi("/mine/sessions");
const PER_PAGE = 20;
const MONTHS = 6;
const ICONS: Record<InvoiceView["kind"], IconName> = { charging: "bolt", parking: "parking", reservation: "calendar" };

export function HistoryPage() {
  const texts = useHistoryTexts();
  const { kind } = route.useSearch();
  const navigate = useNavigate({ from: "/sessions" });
  const list = useInfiniteQuery({
    queryKey: ["invoices", kind ?? "all"],
    queryFn: ({ pageParam }) =>
      answered(
        listInvoices({
          query: { limit: PER_PAGE, ...(kind === undefined ? {} : { kind }), ...(pageParam === null ? {} : { cursor: pageParam }) },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (next: "all" | NonNullable<HistorySearch["kind"]>) =>
    void navigate({ search: next === "all" ? {} : { kind: next }, replace: true });
  return (
    <div className="page">
      <PageHead title={texts.title} isTop />
      <OpenInvoices />
      <div className="columns">
        <div className="stack">
          <Now />
          <RecentMonths />
        </div>
        <Card>
          <div className="chips" role="group" aria-label={texts.kind}>
            {(["all", "charging", "parking", "reservation"] as const).map((one) => (
              <button key={one} type="button" className="chip" aria-pressed={(kind ?? "all") === one} data-on={(kind ?? "all") === one} onClick={() => choose(one)}>
                {texts.kinds[one]}
              </button>
            ))}
          </div>
          {list.error !== null && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
          {list.isPending && <Skeleton height="14rem" label={texts.loading} />}
          {list.isSuccess && all.length === 0 && (
            <Empty title={texts.none}>
              <p>{texts.noneHint}</p>
              <Link to="/" className="button">
                {texts.toMap}
              </Link>
            </Empty>
          )}
          <ul className="list">
            {all.map((one) => (
              <InvoiceRow key={one.id} invoice={one} />
            ))}
          </ul>
          {list.hasNextPage && (
            <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {texts.more}
            </Button>
          )}
        </Card>
      </div>
    </div>
  );
}

export function InvoiceRow({ invoice }: { invoice: InvoiceView }) {
  const texts = useHistoryTexts();
  const where = invoice.station_id ?? invoice.bay_id ?? invoice.location_id;
  return (
    <li>
      <Link to="/receipts/$sessionId" params={{ sessionId: invoice.session_id }} className="list-row">
        <Icon name={ICONS[invoice.kind]} />
        <span className="list-main">
          <span className="list-title">{where ?? texts[invoice.kind]}</span>
          <span className="quiet small number">
            {[dateTime(invoice.started_at), invoice.energy_wh === null ? null : energy(invoice.energy_wh)].filter(Boolean).join(" · ")}
          </span>
        </span>
        <span className="list-aside">
          <strong className="number">{money(invoice.total_incl_vat, invoice.currency)}</strong>
          {invoice.state !== "paid" && <Badge tone={TONE_OF_INVOICE[invoice.state]}>{texts.state[invoice.state]}</Badge>}
        </span>
      </Link>
    </li>
  );
}

/** What waits to be paid comes first. */
function OpenInvoices() {
  const texts = useHistoryTexts();
  const { data } = useQuery({
    queryKey: ["invoices", "open"],
    queryFn: () => answered(listInvoices({ query: { state: "open", limit: 50 } })),
  });
  const [first] = data?.items ?? [];
  if (data === undefined || first === undefined) return null;
  return (
    <Banner tone="warn">
      <span>
        <strong>{texts.openTitle(data.items.length)}</strong> {texts.openHint}
      </span>
      <Link to="/receipts/$sessionId" params={{ sessionId: first.session_id }} className="button" data-size="small">
        {texts.pay} · {money(Number(first.total_incl_vat) - Number(first.paid), first.currency)}
      </Link>
    </Banner>
  );
}

function Now() {
  const texts = useHistoryTexts();
  const { data } = useQuery(running());
  const count = (data?.sessions.length ?? 0) + (data?.stays.length ?? 0);
  if (data === undefined || count < 2) return null;
  return (
    <Card>
      <ul className="list">
        {data.sessions.map((one) => (
          <li key={one.id}>
            <Link to="/sessions/$sessionId" params={{ sessionId: one.id }} className="list-row">
              <Icon name="bolt" />
              <span className="list-main list-title">{one.station_id}</span>
              <Badge tone="good">{texts.charging}</Badge>
            </Link>
          </li>
        ))}
        {data.stays.map((one) => (
          <li key={one.id}>
            <Link to="/stays/$stayId" params={{ stayId: one.id }} className="list-row">
              <Icon name="parking" />
              <span className="list-main list-title">{one.bay_id}</span>
              <Badge tone="busy">{texts.parking}</Badge>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function RecentMonths() {
  const now = useMemo(() => new Date(), []);
  const [since = ""] = lastMonths(now, MONTHS);
  const texts = useHistoryTexts();
  const { data, isPending } = useQuery({
    queryKey: ["invoices", "months", since],
    queryFn: () => answered(listInvoices({ query: { from: `${since}-01T00:00:00Z`, limit: 500 } })),
    staleTime: 60_000,
  });
  if (isPending) return <Skeleton height="14rem" label={texts.loading} />;
  const billed = billedByMonth(data?.items ?? [], now, MONTHS);
  return billed === null ? null : <Months billed={billed} />;
}
