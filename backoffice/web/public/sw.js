// The driver's app without a connection.
//
// 1. The shell is asked of the server first, so that nobody is held on an old version; the last one is shown offline.
// 2. Files under /assets/ have a hash in their names and never change: what is here is not asked for again.
// 3. A few GETs of the interface are kept as last known state, with the time in `x-kept-at`, and given out only where
//    the server does not answer. Nothing else of /api is touched.
// 4. A cache of state is one login's: the page deletes it when the login ends, and no late answer comes after that.
// 5. Pages under /operator have this worker too. Whatever they ask goes to the server and leaves nothing here.
const SHELL = "chargeyard-shell";
const ASSETS = "chargeyard-assets";
const STATE = "chargeyard-state";
const CURRENT = new Set([SHELL, ASSETS, STATE]);
const INDEX = "/";
const ASSETS_KEPT = 120;
const STATES_KEPT = 60;
const KEPT_AT = "x-kept-at";

const KEPT_PATHS = [
  /^\/api\/v1\/(stations|places)\/nearby$/,
  /^\/api\/v1\/places\/area$/,
  /^\/api\/v1\/(locations|stations)\/[^/]+$/,
  /^\/api\/v1\/locations\/[^/]+\/bays$/,
  /^\/api\/v1\/(me|profiles\/me|profiles\/me\/favourites|profiles\/me\/vehicles)$/,
  /^\/api\/v1\/reservations(\/[0-9a-f-]{36})?$/,
  /^\/api\/v1\/sessions(\/[0-9a-f-]{36})?$/,
  /^\/api\/v1\/parking-sessions(\/[0-9a-f-]{36})?$/,
  /^\/api\/v1\/billing\/(invoices|payment-methods|receipts\/[^/]+)$/,
  /^\/api\/v1\/notifications\/inbox$/,
];
// Wherever the map stood, the last that was seen of it is better than nothing.
const NEWEST_ONLY = /^\/api\/v1\/(stations|places)\/nearby$/;

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (isOperators(url)) return;
  if (request.mode === "navigate") event.respondWith(askedByDriver(event, shell));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(askedByDriver(event, asset));
  else if (isKept(request, url)) event.respondWith(askedByDriver(event, state));
});

self.addEventListener("push", (event) => {
  const message = event.data === null ? {} : event.data.json();
  const shown = self.registration.showNotification(message.title ?? "Chargeyard", {
    body: message.body ?? "",
    tag: message.id ?? "chargeyard",
    icon: "/icon.svg",
    data: { url: message.url ?? "/inbox" },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

function isOperators(url) {
  return url.pathname === "/operator" || url.pathname.startsWith("/operator/");
}

/** What `answer` makes of the request, unless a page of the operator's app asks. */
async function askedByDriver(event, answer) {
  const page = event.clientId === "" ? undefined : await self.clients.get(event.clientId);
  return page !== undefined && isOperators(new URL(page.url)) ? fetch(event.request) : answer(event.request);
}

function isKept(request, url) {
  const accepts = request.headers.get("accept") ?? "";
  return !accepts.includes("text/event-stream") && KEPT_PATHS.some((path) => path.test(url.pathname));
}

async function keepShell() {
  const answer = await fetch(INDEX, { cache: "no-cache" });
  if (answer.ok) await rememberShell(answer);
}

/** The index page and what it names: without its script it is of no use. */
async function rememberShell(answer) {
  const text = await answer.clone().text();
  const named = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  const assets = await caches.open(ASSETS);
  for (const path of named) if ((await assets.match(path)) === undefined) await assets.add(path);
  await (await caches.open(SHELL)).put(INDEX, answer);
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith("chargeyard-") && !CURRENT.has(name)) await caches.delete(name);
  }
}

async function shell(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && (answer.headers.get("content-type") ?? "").includes("text/html")) {
      await rememberShell(answer.clone()).catch(() => undefined);
    }
    return answer;
  } catch {
    return (await caches.match(INDEX, { cacheName: SHELL })) ?? Response.error();
  }
}

async function asset(request) {
  const cache = await caches.open(ASSETS);
  const here = await cache.match(request);
  if (here !== undefined) return here;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await prune(cache, ASSETS_KEPT);
  }
  return answer;
}

async function state(request) {
  // Opened before the server is asked: what is put into a cache that was deleted meanwhile is never seen again.
  const cache = await caches.open(STATE).catch(() => undefined);
  const ignoreSearch = NEWEST_ONLY.test(new URL(request.url).pathname);
  try {
    const answer = await fetch(request);
    if (answer.ok) await rememberState(cache, request, answer.clone(), ignoreSearch).catch(() => undefined);
    return answer;
  } catch (error) {
    const here = await caches.match(request.url, { cacheName: STATE, ignoreSearch, ignoreVary: true });
    if (here === undefined) throw error;
    return here;
  }
}

async function rememberState(cache, request, answer, isNewestOnly) {
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, new Date().toISOString());
  const kept = new Response(await answer.arrayBuffer(), { status: answer.status, headers });
  if (isNewestOnly) await cache.delete(request.url, { ignoreSearch: true, ignoreVary: true });
  await cache.put(request.url, kept);
  await prune(cache, STATES_KEPT);
}

/** The oldest are forgotten: a cache lists what it holds in the order in which it was put. */
async function prune(cache, count) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - count))) await cache.delete(key);
}

async function open(address) {
  const url = new URL(address, location.origin);
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((one) => !isOperators(new URL(one.url)));
  if (tab === undefined || url.origin !== location.origin) return self.clients.openWindow(url.href);
  await tab.navigate(url.href);
  return tab.focus();
}
