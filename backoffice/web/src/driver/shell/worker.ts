/** The service worker (`public/sw.js`): there where the browser has one, and never in the way. */
import { pages } from "../pages";

const STATE = "chargeyard-state";
const RELOADED = "chargeyard.reloaded";
const RELOAD_PAUSE_MS = 10_000;
const WARM_AFTER_MS = 3000;

export function registerWorker(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  void navigator.serviceWorker.register("/sw.js").then(async () => {
    await navigator.serviceWorker.ready;
    setTimeout(warmPages, WARM_AFTER_MS);
  });
}

/** What was kept for offline display is gone: another driver is not to see it. */
export async function forgetState(): Promise<void> {
  if ("caches" in window) await caches.delete(STATE);
}

/** A page whose chunk is gone belongs to a version before this one: the newest is fetched, once. */
export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (!navigator.onLine || Date.now() - last < RELOAD_PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  });
}

/** Every page is in the worker's cache, so that it opens without a connection too. */
function warmPages(): void {
  for (const load of Object.values(pages)) void load().catch(() => undefined);
}
