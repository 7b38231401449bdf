import { beforeEach, expect, test, vi } from "vitest";
import * as api from "../../api/sdk.gen";
import { current, logOut, type Login } from "../../kit/login";
import { endPushOfOthers, isPushOn, leave, turnPushOff, turnPushOn } from "./push";

vi.mock("../../api/sdk.gen", () => ({ readPushKey: vi.fn(), subscribe: vi.fn(), unsubscribe: vi.fn() }));
vi.mock("../../kit/login", () => ({ current: vi.fn(), logOut: vi.fn() }));

const kept = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});
const endHere = vi.fn();
let isSubscribedHere = false;
const subscription = {
  toJSON: () => ({ endpoint: "https://push.test/1", keys: { p256dh: "p", auth: "a" } }),
  unsubscribe: async () => (endHere(), (isSubscribedHere = false)),
};
const worker = {
  pushManager: {
    subscribe: async () => ((isSubscribedHere = true), subscription),
    getSubscription: async () => (isSubscribedHere ? subscription : null),
  },
};
vi.stubGlobal("navigator", { serviceWorker: { ready: Promise.resolve(worker), getRegistration: async () => worker } });
vi.stubGlobal("Notification", { requestPermission: async () => "granted" });

function logInAs(account: string | null): void {
  vi.mocked(current).mockReturnValue(account === null ? null : ({ accountId: account } as Login));
}

/** The server answers a call of the generated client so. */
const answer = (status: number, data?: object) =>
  ({ data, error: data === undefined ? {} : undefined, response: new Response(null, { status }) }) as never;

beforeEach(async () => {
  vi.clearAllMocks();
  kept.clear();
  vi.mocked(api.readPushKey).mockResolvedValue(answer(200, { public_key: "k" }));
  vi.mocked(api.subscribe).mockResolvedValue(answer(200, { subscription_id: "s-1" }));
  vi.mocked(api.unsubscribe).mockResolvedValue(answer(204));
  logInAs("ada");
  await turnPushOn();
});

test("push is on for the account that turned it on alone", async () => {
  expect(await isPushOn()).toBe(true);

  logInAs("ben");
  expect(await isPushOn()).toBe(false);
});

test("whoever logs out gets no messages here any more, and the server is told before", async () => {
  await leave();

  expect(endHere).toHaveBeenCalledOnce();
  expect(vi.mocked(api.unsubscribe).mock.calls[0]?.[0].path).toEqual({ subscription_id: "s-1" });
  expect(vi.mocked(api.unsubscribe).mock.invocationCallOrder[0]).toBeLessThan(vi.mocked(logOut).mock.invocationCallOrder[0] ?? 0);
  expect(kept.size).toBe(0);
});

test("a server that does not answer holds nobody back", async () => {
  vi.useFakeTimers();
  vi.mocked(api.unsubscribe).mockReturnValue(new Promise(() => undefined));

  const left = leave();
  await vi.runAllTimersAsync();
  await left;
  vi.useRealTimers();

  expect(logOut).toHaveBeenCalledOnce();
});

test.each([null, "ben"])("a login that ended otherwise leaves no subscription here (then %s)", async (next) => {
  logInAs(next);
  await endPushOfOthers();

  expect(endHere).toHaveBeenCalledOnce();
  expect(api.unsubscribe).not.toHaveBeenCalled();
  expect(kept.size).toBe(0);
});

test("one that the server does not know is off", async () => {
  vi.mocked(api.unsubscribe).mockResolvedValue(answer(404));
  await turnPushOff();
  expect(kept.size).toBe(0);
});

test("one that the server could not end is said, and ended at the next attempt", async () => {
  vi.mocked(api.unsubscribe).mockResolvedValueOnce(answer(503));
  await expect(turnPushOff()).rejects.toThrow();

  await turnPushOff();
  expect(api.unsubscribe).toHaveBeenCalledTimes(2);
  expect(kept.size).toBe(0);
});
