import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventParser, follow, type LiveState } from "./live";
import { accessToken, current, type Login } from "./login";

vi.mock("./login", () => ({ accessToken: vi.fn(async () => "good"), current: vi.fn(() => ({})) }));

const server = vi.fn<typeof fetch>();
vi.stubGlobal("fetch", server);

const TEXT = ': awake\n\nid: 7\nevent: updated\ndata: {"a":\ndata: 1}\n\nevent: started\r\ndata: 2\r\n\r\n';

test.each([1, 2, 5, TEXT.length])("events are the same in chunks of %i characters", (size) => {
  const parser = new EventParser();
  const events = [];
  for (let at = 0; at < TEXT.length; at += size) events.push(...parser.push(TEXT.slice(at, at + size)));

  expect(events).toEqual([
    { id: "7", name: "updated", data: { a: 1 } },
    { id: "", name: "started", data: 2 },
  ]);
});

beforeEach(() => {
  vi.useFakeTimers();
  server.mockReset();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Every state that was told until the server, having given `answers`, refuses. */
async function statesOf(...answers: ReadonlyArray<() => Response>): Promise<LiveState[]> {
  const states: LiveState[] = [];
  for (const answer of answers) server.mockImplementationOnce(async () => answer());
  server.mockImplementation(async () => Response.json({}, { status: 403 }));
  const followed = follow("/events", () => undefined, { signal: new AbortController().signal, onState: (state) => states.push(state) });
  await vi.runAllTimersAsync();
  await followed;
  return states;
}

test("a login whose token could not be renewed waits for one, and is not refused", async () => {
  vi.mocked(current).mockReturnValue({ accountId: "ada" } as Login);
  vi.mocked(accessToken).mockResolvedValueOnce(null);

  expect(await statesOf(() => new Response(""))).toEqual(["connecting", "broken", "connecting", "live", "broken", "connecting", "refused"]);
  expect(server.mock.calls.map(([, sent]) => new Headers(sent?.headers).get("Authorization"))).toEqual(["Bearer good", "Bearer good"]);
});

test("whoever is not logged in asks without a token", async () => {
  vi.mocked(current).mockReturnValueOnce(null);
  vi.mocked(accessToken).mockResolvedValueOnce(null);

  expect(await statesOf()).toEqual(["connecting", "refused"]);
});

test("after a stream that opened, the next is opened as soon as after the first failure", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const away = () => new Response(null, { status: 503 });
  const pauses = vi.spyOn(globalThis, "setTimeout");

  await statesOf(away, away, () => new Response(""), away);

  expect(pauses.mock.calls.map(([, pause]) => pause)).toEqual([500, 1000, 500, 1000]);
});
