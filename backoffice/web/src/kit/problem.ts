/** What the REST interface refuses, and how it says so (RFC 9457). */
import type { Problem } from "../api/types.gen";

/** An answer that was no success. `message` is a sentence for people; `status` 0: nobody answered. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly type: string = "",
    readonly places: ReadonlyArray<{ place?: string; problem?: string }> = [],
  ) {
    super(detail);
    this.name = "ApiProblem";
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response?: Response | undefined;
}

/** The data of a call of the generated client; throws ApiProblem where there is none. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof ApiProblem || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw new ApiProblem(0, "");
  }
  if (answer.response?.ok) return answer.data as NonNullable<T>;
  throw problemOf(answer.response?.status ?? 0, answer.error);
}

/** The problem that an answer of this status and body tells. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const problem: Partial<Problem> = typeof body === "object" && body !== null ? body : {};
  return new ApiProblem(status, problem.detail ?? "", problem.type ?? "", problem.errors ?? []);
}
