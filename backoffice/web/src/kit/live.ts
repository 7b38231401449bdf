/**
 * Server-Sent Events by fetch: with an access token, and from where the last one broke off.
 *
 * EventSource can send no Authorization header. A stream that ends, for whatever reason, is opened again with
 * `Last-Event-ID` after a jittered pause; one that is refused for good (4xx) is not. Whoever is logged in and has no
 * token just now (it could not be renewed) waits for one and is never refused.
 */
import { useEffect, useRef, useState } from "react";
import { accessToken, current } from "./login";
import { type ApiProblem, problemOf } from "./problem";

export interface LiveEvent {
  id: string;
  name: string;
  data: unknown;
}

export type LiveState = "connecting" | "live" | "broken" | "refused";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Reads frames of text/event-stream out of chunks that end anywhere. */
export class EventParser {
  #rest = "";

  push(chunk: string): LiveEvent[] {
    const blocks = (this.#rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(readBlock).filter((event) => event !== null);
  }
}

function readBlock(block: string): LiveEvent | null {
  const event = { id: "", name: "message" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? null : { ...event, data: JSON.parse(data.join("\n")) };
}

/** Follows `path` until `signal` aborts or the server refuses it; `after` "0": from the first event there is. */
export async function follow(
  path: string,
  onEvent: (event: LiveEvent) => void,
  {
    signal,
    onState,
    after = "",
  }: { signal: AbortSignal; onState: (state: LiveState, problem?: ApiProblem) => void; after?: string },
): Promise<void> {
  let lastId = after;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    onState("connecting");
    try {
      const token = await accessToken();
      if (token === null && current() !== null) throw new Error("the token could not be renewed");
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (token !== null) headers["Authorization"] = `Bearer ${token}`;
      if (lastId !== "") headers["Last-Event-ID"] = lastId;
      const response = await fetch(path, { headers, signal, cache: "no-store" });
      if (response.status >= 400 && response.status < 500 && response.status !== 429) {
        return onState("refused", problemOf(response.status, await response.json().catch(() => null)));
      }
      if (response.ok && response.body !== null) {
        onState("live");
        pause = FIRST_PAUSE_MS;
        const parser = new EventParser();
        for await (const chunk of chunksOf(response.body.pipeThrough(new TextDecoderStream()))) {
          for (const event of parser.push(chunk)) {
            if (event.id !== "") lastId = event.id;
            onEvent(event);
          }
        }
      }
    } catch {
      // Broken off, or not opened: once more below.
    }
    if (signal.aborted) return;
    onState("broken");
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function* chunksOf(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Follows `path` while the component is there; null follows nothing. The newest `onEvent` is called. */
export function useLive(path: string | null, onEvent: (event: LiveEvent) => void, after = ""): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const handler = useRef(onEvent);
  useEffect(() => {
    handler.current = onEvent;
  });
  useEffect(() => {
    if (path === null) return;
    const aborter = new AbortController();
    void follow(path, (event) => handler.current(event), { signal: aborter.signal, onState: setState, after });
    return () => aborter.abort();
  }, [path, after]);
  return state;
}
