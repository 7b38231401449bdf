import { beforeEach, expect, test, vi } from "vitest";
import { client } from "../api/client.gen";
import * as api from "../api/sdk.gen";
import type { AccessToken } from "../api/types.gen";

vi.mock("../api/sdk.gen", () => ({ refresh: vi.fn(), logOut: vi.fn(async () => ({})) }));

const kept = new Map<string, string>();
vi.stubGlobal("location", { origin: "https://yard.test" });
vi.stubGlobal("window", { addEventListener: () => undefined });
vi.stubGlobal("localStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});
vi.stubGlobal("navigator", { locks: { request: (_: string, act: () => unknown) => act() } });

const { accessToken, current, logOut, remember, useLoginsOf } = await import("./login");
useLoginsOf("driver");

const token = (name: string, expiresInS = 3600): AccessToken => ({
  account_id: "ada",
  role: "driver",
  access_token: `access-${name}`,
  refresh_token: `refresh-${name}`,
  expires_in_s: expiresInS,
  token_type: "bearer",
});

/** The interface refuses a request that was sent with this token. */
async function refuse(accessTokenSent: string, kind: string): Promise<Response> {
  const request = new Request("https://yard.test/api/v1/me/verification/confirm", {
    headers: { Authorization: `Bearer ${accessTokenSent}` },
  });
  const answer = Response.json({ type: `urn:chargeyard:problem:${kind}` }, { status: 401 });
  const [heard] = client.interceptors.response.fns;
  if (!heard) throw new Error("nobody listens to answers");
  return heard(answer, request, {} as Parameters<typeof heard>[2]);
}

/** The next renewal waits until the returned function tells its answer. */
function answerLater(): (answer: unknown) => void {
  let tell: (answer: unknown) => void = () => undefined;
  const answer = new Promise<unknown>((resolve) => (tell = resolve));
  vi.mocked(api.refresh).mockReturnValueOnce(answer as ReturnType<typeof api.refresh>);
  return (said) => tell(said);
}

beforeEach(() => {
  kept.clear();
  vi.clearAllMocks();
});

test("whoever logs out while a token is renewed stays logged out, and the new token ends", async () => {
  const renew = answerLater();
  remember(token("old", 0));

  const asked = accessToken();
  await logOut();
  renew({ data: token("new"), response: new Response() });

  expect(await asked).toBeNull();
  expect(current()).toBeNull();
  expect(vi.mocked(api.logOut).mock.calls.map(([sent]) => sent.body.refresh_token)).toEqual(["refresh-old", "refresh-new"]);
});

test("a renewal that is refused does not end the login that came meanwhile", async () => {
  const renew = answerLater();
  remember(token("old", 0));

  const asked = accessToken();
  remember(token("other"));
  renew({ error: {}, response: new Response(null, { status: 401 }) });
  await asked;

  expect(current()?.accessToken).toBe("access-other");
});

test("a token that is refused ends its login, and its answer can still be read", async () => {
  remember(token("one"));

  const answer = await refuse("access-one", "unauthenticated");

  expect(current()).toBeNull();
  expect(await answer.json()).toHaveProperty("type");
});

test.each([
  ["access-one", "code-refused"],
  ["access-one", "second-factor-wrong"],
  ["access-of-before", "unauthenticated"],
])("with %s refused as %s the login goes on", async (sent, kind) => {
  remember(token("one"));

  await refuse(sent, kind);

  expect(current()?.accessToken).toBe("access-one");
});
