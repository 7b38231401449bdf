/** Whether the server answers, and of when what is shown is if it does not. */
import { useSyncExternalStore } from "react";
import { client } from "../../api/client.gen";

export interface Connection {
  isOffline: boolean;
  /** The oldest of what the service worker answered in the server's place. */
  keptAt: string | null;
}

/** The header by which `public/sw.js` says that an answer is an old one. */
const KEPT_AT = "x-kept-at";

let connection: Connection = { isOffline: !navigator.onLine, keptAt: null };
const listeners = new Set<() => void>();

/** From now on every answer tells whether the server is there. */
export function watchConnection(): void {
  window.addEventListener("online", () => change({ isOffline: false, keptAt: null }));
  window.addEventListener("offline", () => change({ ...connection, isOffline: true }));
  client.interceptors.response.use((response) => {
    const keptAt = response.headers.get(KEPT_AT);
    if (keptAt === null) change({ isOffline: false, keptAt: null });
    else change({ isOffline: true, keptAt: [keptAt, connection.keptAt ?? keptAt].sort()[0] ?? keptAt });
    return response;
  });
  client.interceptors.error.use((error, response) => {
    if (response === undefined && !(error instanceof DOMException)) change({ ...connection, isOffline: true });
    return error;
  });
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

function change(next: Connection): void {
  if (next.isOffline === connection.isOffline && next.keptAt === connection.keptAt) return;
  connection = next;
  for (const listener of listeners) listener();
}
