import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { oncePer } from "./intent";
import { ApiProblem } from "./problem";

let keys: string[] = [];

/** Tries to pay invoice `id`; the server's answer has this status. */
async function pay(id: string, status: number): Promise<void> {
  const act = async (key: string) => {
    keys.push(key);
    if (status >= 300 || status === 0) throw new ApiProblem(status, "");
  };
  await oncePer(`pay ${id}`, act).catch(() => undefined);
}

beforeEach(() => {
  vi.useFakeTimers();
  keys = [];
});

afterEach(async () => {
  await pay("one", 200);
  vi.useRealTimers();
});

test.each([0, 500, 503, 504])("after %i it may have been done: the next attempt is the same one", async (status) => {
  await pay("one", status);
  await pay("one", status);
  await pay("one", 200);
  expect(new Set(keys).size).toBe(1);
});

test.each([200, 401, 409, 422])("after %i it is decided: the next attempt is another one", async (status) => {
  await pay("one", status);
  await pay("one", 200);
  expect(new Set(keys).size).toBe(2);
});

test("each subject has its own, and two attempts at once share theirs", async () => {
  await Promise.all([pay("one", 200), pay("one", 200), pay("two", 200)]);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("what was left undecided for long is not meant any more", async () => {
  await pay("one", 0);
  vi.advanceTimersByTime(600_000);
  await pay("one", 200);
  expect(new Set(keys).size).toBe(2);
});
