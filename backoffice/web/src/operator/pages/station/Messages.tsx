/** What went over the station's socket: live, filtered, as a sequence between station and CSMS. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { searchFrames } from "../../../api/sdk.gen";
import { textsOf } from "../../../kit/i18n";
import { preciseTime } from "../../parts/when";
import { useLive } from "../../../kit/live";
import { answered } from "../../../kit/problem";
import { Badge, Button, Empty, ProblemNote, Skeleton } from "../../../kit/ui";
import { Filters } from "../../parts/Listing";
import { useUrl, type Search } from "../../parts/url";
import { readFrame, summaryOf } from "./frames";

type Message = Awaited<ReturnType<typeof load>>["items"][number];

const MOST_LIVE = 500;
const FILTERS = ["direction", "action", "verdict", "message_id", "text"] as const;

const useTexts = textsOf({
  en: {
    station: "Station", csms: "CSMS", pause: "Pause", go: "Go on", older: "Older messages", none: "No messages in the last day",
    nothing: "No message is like that", loading: "Loading messages", live: "live", waiting: "new", truncated: "cut: longer than is kept",
    raw: "As it was sent", pair: "Only this exchange", whole: "Every exchange", label: "Messages, newest first",
  },
  de: {
    station: "Station", csms: "CSMS", pause: "Anhalten", go: "Weiter", older: "Ältere Nachrichten", none: "Keine Nachrichten am letzten Tag",
    nothing: "Keine Nachricht ist so", loading: "Nachrichten werden geladen", live: "live", waiting: "neue", truncated: "gekürzt: länger als aufbewahrt",
    raw: "Wie gesendet", pair: "Nur dieser Austausch", whole: "Jeder Austausch", label: "Nachrichten, neueste zuerst",
  },
});

function load(id: string, search: Search, cursor: string | undefined) {
  const wanted = Object.fromEntries(FILTERS.filter((name) => search[name]).map((name) => [name, search[name]]));
  return answered(searchFrames({ path: { station_id: id }, query: { ...wanted, limit: 100, ...(cursor ? { cursor } : {}) } }));
}

export function Messages({ id }: { id: string }) {
  const texts = useTexts();
  const [search, change] = useUrl();
  const [isPaused, pause] = useState(false);
  const [arrived, arrive] = useState<ReadonlyArray<Message>>([]);
  const filter = FILTERS.map((name) => search[name] ?? "").join("|");
  const query = useInfiniteQuery({
    queryKey: ["messages", id, filter],
    staleTime: 0,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => load(id, search, pageParam),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  useEffect(() => arrive([]), [filter, id]);
  const state = useLive(`/api/v1/telemetry/stations/${encodeURIComponent(id)}/messages/live`, ({ data }) => {
    const frames = (data as ReadonlyArray<Message>).filter((one) => fits(one, search));
    if (frames.length > 0) arrive((before) => [...[...frames].reverse(), ...before].slice(0, MOST_LIVE));
  });
  const [frozen, freeze] = useState<ReadonlyArray<Message>>([]);
  const stored = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const shown = useMemo(() => merged(isPaused ? frozen : arrived, stored), [isPaused, frozen, arrived, stored]);
  const waiting = isPaused ? arrived.length - frozen.length : 0;
  return (
    <div className="listing">
      <div className="spread wrap">
        <Filters
          filters={[{ name: "direction", values: ["in", "out"] }, { name: "action" }, { name: "verdict" }, { name: "text" }]}
          search={search}
          onChange={change}
        />
        <div className="row">
          {state === "live" && !isPaused && <Badge tone="good">{texts.live}</Badge>}
          {waiting > 0 && <Badge tone="busy">{`${waiting} ${texts.waiting}`}</Badge>}
          {search["message_id"] !== undefined && (
            <Button size="small" onClick={() => change({ message_id: undefined })}>
              {texts.whole}
            </Button>
          )}
          <Button
            size="small"
            aria-pressed={isPaused}
            onClick={() => {
              freeze(arrived);
              pause(!isPaused);
            }}
          >
            {isPaused ? texts.go : texts.pause}
          </Button>
        </div>
      </div>
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="20rem" label={texts.loading} />}
      {query.data !== undefined && shown.length === 0 && <Empty title={filter === "||||" ? texts.none : texts.nothing} />}
      {shown.length > 0 && <Sequence messages={shown} onPair={(messageId) => change({ message_id: messageId })} />}
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {texts.older}
        </Button>
      )}
    </div>
  );
}

const keyOf = (message: Message) => `${message.at} ${message.direction} ${message.message_id} ${message.text.length}`;

/** Live ones first; one that both know is there once. */
function merged(live: ReadonlyArray<Message>, stored: ReadonlyArray<Message>): ReadonlyArray<Message> {
  const known = new Set(stored.map(keyOf));
  return [...live.filter((one) => !known.has(keyOf(one))), ...stored];
}

function fits(message: Message, search: Search): boolean {
  const { direction, action, verdict, message_id: messageId, text } = search;
  return (
    (direction === undefined || message.direction === direction) &&
    (action === undefined || message.action === action) &&
    (verdict === undefined || message.verdict === verdict) &&
    (messageId === undefined || message.message_id === messageId) &&
    (text === undefined || message.text.toLowerCase().includes(text.toLowerCase()))
  );
}

function Sequence({ messages, onPair }: { messages: ReadonlyArray<Message>; onPair: (messageId: string) => void }) {
  const texts = useTexts();
  const [open, toggle] = useState<string | null>(null);
  return (
    <div className="sequence">
      <div className="lanes" aria-hidden="true">
        <span>{texts.station}</span>
        <span>{texts.csms}</span>
      </div>
      <ol aria-label={texts.label}>
        {messages.map((message) => {
          const key = keyOf(message);
          return <Line key={key} message={message} isOpen={open === key} onToggle={() => toggle(open === key ? null : key)} onPair={onPair} />;
        })}
      </ol>
    </div>
  );
}

interface LineProps {
  message: Message;
  isOpen: boolean;
  onToggle: () => void;
  onPair: (messageId: string) => void;
}

function Line({ message, isOpen, onToggle, onPair }: LineProps) {
  const texts = useTexts();
  const frame = useMemo(() => readFrame(message.text), [message.text]);
  return (
    <li data-direction={message.direction} data-kind={frame.kind}>
      <button type="button" aria-expanded={isOpen} onClick={onToggle}>
        <time className="number small" dateTime={message.at}>
          {preciseTime(message.at)}
        </time>
        <span className="arrow">
          <span className="only-read">{message.direction === "in" ? `${texts.station} → ${texts.csms}` : `${texts.csms} → ${texts.station}`}</span>
          <strong>{message.action ?? frame.action ?? "?"}</strong>
          {frame.kind === "result" && <span className="quiet"> ✓</span>}
          {frame.error !== null && <Badge tone="bad">{frame.error}</Badge>}
          {message.deviations.length > 0 && <Badge tone="warn">{message.deviations.join(", ")}</Badge>}
          {message.verdict !== "answered" && frame.kind === "call" && <Badge tone="off">{message.verdict}</Badge>}
        </span>
        <span className="summary small">{summaryOf(frame.payload)}</span>
      </button>
      {isOpen && (
        <div className="stack opened">
          <pre className="answer">{frame.kind === "other" ? message.text : JSON.stringify(frame.payload, null, 2)}</pre>
          <div className="row small">
            <code>{message.message_id}</code>
            {message.is_truncated && <Badge tone="warn">{texts.truncated}</Badge>}
            {message.message_id !== null && (
              <Button size="small" onClick={() => onPair(message.message_id ?? "")}>
                {texts.pair}
              </Button>
            )}
          </div>
          <details>
            <summary className="small">{texts.raw}</summary>
            <pre className="answer">{message.text}</pre>
          </details>
        </div>
      )}
    </li>
  );
}
