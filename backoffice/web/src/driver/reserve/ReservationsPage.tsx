import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listReservations } from "../../api/sdk.gen";
import type { DriverReservationView } from "../../api/types.gen";
import { clockTime, day } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Badge, Button, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { TONE_OF_RESERVATION, usePlaceName } from "./words";
import { useReserveTexts } from "./texts";

const PER_PAGE = 20;

export function ReservationsPage() {
  const texts = useReserveTexts();
  const list = useInfiniteQuery({
    queryKey: ["reservations"],
    queryFn: ({ pageParam }) =>
      answered(listReservations({ query: { limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const upcoming = all.filter((one) => one.state === "confirmed").sort((one, other) => one.begins_at.localeCompare(other.begins_at));
  const past = all.filter((one) => one.state !== "confirmed");
  return (
    <div className="page page-narrow">
      <PageHead title={texts.mine} isTop />
      {list.error !== null && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height="10rem" label={texts.loading} />}
      {list.isSuccess && all.length === 0 && (
        <Empty title={texts.mineNone}>
          <p>{texts.mineHint}</p>
          <Link to="/" className="button" data-kind="main">
            {texts.toMap}
          </Link>
        </Empty>
      )}
      {upcoming.length > 0 && <Rows title={texts.upcoming} reservations={upcoming} />}
      {past.length > 0 && <Rows title={texts.past2} reservations={past} />}
      {list.hasNextPage && (
        <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.more}
        </Button>
      )}
    </div>
  );
}

function Rows({ title, reservations }: { title: string; reservations: ReadonlyArray<DriverReservationView> }) {
  const texts = useReserveTexts();
  const nameOf = usePlaceName();
  return (
    <Card title={title}>
      <ul className="list">
        {reservations.map((one) => (
          <li key={one.id}>
            <Link to="/reservations/$reservationId" params={{ reservationId: one.id }} className="list-row">
              <span className="list-main">
                <span className="list-title number">
                  {day(one.begins_at)}, {clockTime(one.begins_at)}–{clockTime(one.ends_at)}
                </span>
                <span className="quiet small">{one.places.map(nameOf).join(" + ")}</span>
              </span>
              <Badge tone={one.is_endangered ? "warn" : TONE_OF_RESERVATION[one.state]}>{texts.state[one.state]}</Badge>
              <Icon name="next" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
