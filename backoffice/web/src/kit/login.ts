/**
 * Who is logged in, in all tabs of one app.
 *
 * 1. The login lies in localStorage: a reload, another tab or an installed app goes on with it.
 * 2. A refresh token is good once: tabs renew one after the other, under a lock, and look first whether another has.
 * 3. Whoever logs out stays logged out: what is told later of an earlier login changes nothing.
 */
import { useSyncExternalStore } from "react";
import { logOut as revoke, refresh } from "../api/sdk.gen";
import type { AccessToken, Problem, Role } from "../api/types.gen";
import { client } from "../api/client.gen";

export interface Login {
  accountId: string;
  role: Role;
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

const RENEW_BEFORE_MS = 60_000;
/** The token itself was refused; every other 401 is about what was sent with it, such as a mistyped code. */
const TOKEN_REFUSED = "urn:chargeyard:problem:unauthenticated";

let key = "";
let cached: { text: string | null; login: Login | null } = { text: null, login: null };
const listeners = new Set<() => void>();

/** The login of `app` is used for every request from now on. */
export function useLoginsOf(app: "driver" | "operator"): void {
  key = `chargeyard.login.${app}`;
  window.addEventListener("storage", (event) => event.key === key && tellAll());
  client.setConfig({ baseUrl: "" });
  client.interceptors.request.use(async (request) => {
    if (isAboutLogins(request.url)) return request;
    const token = await accessToken();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  });
  client.interceptors.response.use(async (response, request) => {
    if (response.status === 401 && (await isTokenRefused(response)) && isCurrentBearer(request)) keep(null);
    return response;
  });
}

/** The login, or null; the component is drawn again when it changes. */
export function useLogin(): Login | null {
  return useSyncExternalStore(subscribe, current);
}

export function current(): Login | null {
  const text = localStorage.getItem(key);
  if (text !== cached.text) cached = { text, login: text === null ? null : (JSON.parse(text) as Login) };
  return cached.login;
}

/** An access token that is good for a minute at least, or null where nobody is logged in (any more). */
export async function accessToken(): Promise<string | null> {
  const login = current();
  if (login === null || isFresh(login)) return login?.accessToken ?? null;
  return navigator.locks.request(`${key}.renew`, async () => {
    const newest = current();
    if (newest === null || isFresh(newest)) return newest?.accessToken ?? null;
    const { data, response } = await refresh({ body: { refresh_token: newest.refreshToken } });
    if (current()?.refreshToken !== newest.refreshToken) {
      if (data !== undefined) await tellLoggedOut(data.refresh_token);
      return null;
    }
    if (data !== undefined) return keep(loginOf(data))?.accessToken ?? null;
    // Refused, it is good no more; unanswered, it may be.
    if (response !== undefined && response.status < 500 && response.status !== 429) keep(null);
    return null;
  });
}

/** Somebody logged in or registered. */
export function remember(token: AccessToken): void {
  keep(loginOf(token));
}

/** Nobody is logged in here any more, whether or not the server can be told. */
export async function logOut(): Promise<void> {
  const login = current();
  keep(null);
  if (login !== null) await tellLoggedOut(login.refreshToken);
}

async function tellLoggedOut(refreshToken: string): Promise<void> {
  await revoke({ body: { refresh_token: refreshToken } }).catch(() => undefined);
}

function loginOf(token: AccessToken): Login {
  return {
    accountId: token.account_id,
    role: token.role,
    accessToken: token.access_token,
    refreshToken: token.refresh_token,
    expiresAt: Date.now() + token.expires_in_s * 1000,
  };
}

function keep(login: Login | null): Login | null {
  if (login === null) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(login));
  tellAll();
  return login;
}

function isFresh(login: Login): boolean {
  return login.expiresAt - Date.now() > RENEW_BEFORE_MS;
}

async function isTokenRefused(response: Response): Promise<boolean> {
  const problem: Partial<Problem> | null = await response.clone().json().catch(() => null);
  return problem?.type === TOKEN_REFUSED;
}

/** Of a login before this one, or without a token because it could not be renewed, a refusal says nothing. */
function isCurrentBearer(request: Request): boolean {
  const login = current();
  return login !== null && request.headers.get("Authorization") === `Bearer ${login.accessToken}`;
}

function isAboutLogins(url: string): boolean {
  return new URL(url, location.origin).pathname.startsWith("/api/v1/auth/");
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellAll(): void {
  for (const listener of listeners) listener();
}
