/**
 * Idempotency keys: one for each thing that somebody means to do.
 *
 * 1. A key ends when the server has decided: it was done, or it was refused for good (4xx).
 * 2. Where nobody answered, or a part failed (5xx), it may have been done: the next attempt at the same subject has
 *    the same key, also from a dialog that was opened anew, so that it is done once.
 * 3. What was left undecided for long is not meant any more: a later attempt is another one.
 */
import { ApiProblem } from "./problem";

const MEANT_FOR_MS = 600_000;

const undecided = new Map<string, { key: string; triedAt: number }>();

/** What `act` answers, sent with the key of `subject`: what is done, and to what. */
export async function oncePer<T>(subject: string, act: (key: string) => Promise<T>): Promise<T> {
  const before = undecided.get(subject);
  const isMeant = before !== undefined && Date.now() - before.triedAt < MEANT_FOR_MS;
  const key = isMeant ? before.key : crypto.randomUUID();
  undecided.set(subject, { key, triedAt: Date.now() });
  const decide = () => void (undecided.get(subject)?.key === key && undecided.delete(subject));
  try {
    const answer = await act(key);
    decide();
    return answer;
  } catch (error) {
    if (!isUndecided(error)) decide();
    throw error;
  }
}

/** Whether what failed so may have been done all the same. */
export function isUndecided(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;
}
