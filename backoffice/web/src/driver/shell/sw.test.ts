import { beforeEach, expect, test, vi } from "vitest";
import SOURCE from "../../../public/sw.js?raw";

const ORIGIN = "https://yard.test";
const STATE = "chargeyard-state";
const ME = `${ORIGIN}/api/v1/me`;

/** Cache Storage as its specification has it: a cache that was deleted can still be written to, by whoever holds it. */
class Caches {
  readonly named = new Map<string, Map<string, Response>>();

  async open(name: string) {
    const held = this.named.get(name) ?? new Map<string, Response>();
    this.named.set(name, held);
    return {
      match: async (url: string) => held.get(url)?.clone(),
      put: async (url: string, answer: Response) => void held.set(url, answer),
      delete: async (url: string) => held.delete(url),
      keys: async () => [...held.keys()],
    };
  }

  async delete(name: string): Promise<boolean> {
    return this.named.delete(name);
  }

  async match(url: string, { cacheName }: { cacheName: string }): Promise<Response | undefined> {
    return this.named.get(cacheName)?.get(url)?.clone();
  }
}

const PAGES: Record<string, string> = { driver: `${ORIGIN}/sessions`, operator: `${ORIGIN}/operator/sessions` };
const server = vi.fn<() => Promise<Response>>();
let caches: Caches;
let onFetch: (event: object) => void;

beforeEach(() => {
  caches = new Caches();
  server.mockReset();
  const worker = {
    addEventListener: (name: string, listener: (event: object) => void) => name === "fetch" && (onFetch = listener),
    clients: { get: async (id: string) => ({ url: PAGES[id] }) },
  };
  new Function("self", "caches", "fetch", "location", SOURCE)(worker, caches, server, { origin: ORIGIN });
});

/** The answer to a page, or undefined where the worker leaves the request to the browser. */
function ask(clientId: string, url = ME): Promise<Response> | undefined {
  let answer: Promise<Response> | undefined;
  onFetch({ request: new Request(url), clientId, respondWith: (given: Promise<Response>) => (answer = given) });
  return answer;
}

const away = () => Promise.reject(new TypeError("nobody answers"));

test("what a driver saw is shown again where nobody answers", async () => {
  server.mockResolvedValueOnce(new Response("mine")).mockImplementation(away);

  await ask("driver");
  const kept = await ask("driver");

  expect(await kept?.text()).toBe("mine");
  expect(kept?.headers.has("x-kept-at")).toBe(true);
});

test("nothing that the operator's app asks for is kept, or given to it from what was kept", async () => {
  server.mockResolvedValueOnce(new Response("all of them"));
  await ask("operator");
  await ask("operator", `${ORIGIN}/assets/x.js`)?.catch(() => undefined);
  expect([...caches.named.values()].flatMap((held) => [...held.keys()])).toEqual([]);

  server.mockReset().mockResolvedValueOnce(new Response("mine")).mockImplementation(away);
  await ask("driver");
  await expect(ask("operator")).rejects.toThrow("nobody answers");
});

test("an answer that comes after the login ended is not kept", async () => {
  let tell = (_: Response) => {};
  server.mockReturnValueOnce(new Promise((resolve) => (tell = resolve))).mockImplementation(away);

  const late = ask("driver");
  await vi.waitFor(() => expect(server).toHaveBeenCalled());
  await caches.delete(STATE);
  tell(new Response("of who was here before"));
  await late;

  await expect(ask("driver")).rejects.toThrow("nobody answers");
});
