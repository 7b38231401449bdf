import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { listInbox, markAllRead, markRead } from "../../api/sdk.gen";
import type { BackofficeNotificationsSchemasMessageView as MessageView } from "../../api/types.gen";
import { ago } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Button, Card, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { PageHead } from "../shell/PageHead";
import { useMeTexts } from "./texts";
import "./me.css";

const route = getRouteApi("/mine/inbox");
const PER_PAGE = 20;

export function InboxPage() {
  const texts = useMeTexts();
  const client = useQueryClient();
  const { unread } = route.useSearch();
  const navigate = useNavigate({ from: "/inbox" });
  const list = useInfiniteQuery({
    queryKey: ["inbox", "list", unread ?? false],
    queryFn: ({ pageParam }) =>
      answered(
        listInbox({ query: { limit: PER_PAGE, only_unread: unread === true, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const renew = () => void client.invalidateQueries({ queryKey: ["inbox"] });
  const markAll = useMutation({ mutationFn: () => answered(markAllRead()), onSuccess: renew });
  const messages = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page page-narrow">
      <PageHead title={texts.inbox} isTop />
      <div className="spread">
        <label className="switch">
          <input type="checkbox" checked={unread === true} onChange={(event) => void navigate({ search: event.target.checked ? { unread: true } : {}, replace: true })} />
          {texts.onlyUnread}
        </label>
        <Button size="small" isBusy={markAll.isPending} disabled={messages.every((one) => one.read_at !== null)} onClick={() => markAll.mutate()}>
          {texts.markAll}
        </Button>
      </div>
      {list.error !== null && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height="12rem" label={texts.loading} />}
      {list.isSuccess && messages.length === 0 && (
        <Empty title={texts.inboxNone}>
          <p>{texts.inboxHint}</p>
        </Empty>
      )}
      {messages.length > 0 && (
        <Card>
          <ul className="list">
            {messages.map((one) => (
              <li key={one.message_id}>
                <Message message={one} onRead={renew} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      {list.hasNextPage && (
        <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.more}
        </Button>
      )}
    </div>
  );
}

/** Opened it is read, and leads to what it is about. */
function Message({ message, onRead }: { message: MessageView; onRead: () => void }) {
  const texts = useMeTexts();
  const router = useRouter();
  const read = useMutation({
    mutationFn: () => answered(markRead({ path: { message_id: message.message_id } })),
    onSuccess: onRead,
  });
  const open = () => {
    if (message.read_at === null) read.mutate();
    if (message.url === null) return;
    const url = new URL(message.url, location.origin);
    router.history.push(url.pathname + url.search);
  };
  return (
    <button type="button" className="message list-row" data-unread={message.read_at === null} onClick={open}>
      <span className="list-main">
        <span className="list-title">
          {message.subject}
          {message.read_at === null && <span className="only-read"> ({texts.unread})</span>}
        </span>
        <span className="quiet small">{message.text}</span>
      </span>
      <span className="quiet small message-when">{ago(message.happened_at)}</span>
    </button>
  );
}
