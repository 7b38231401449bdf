/** This browser's push messages: they are one account's, and end with its login. */
import { readPushKey, subscribe, unsubscribe } from "../../api/sdk.gen";
import { current, logOut } from "../../kit/login";
import { answered, ApiProblem } from "../../kit/problem";

/** "<account> <id>": whose this browser's subscription is, and the id by which the server knows it. */
const KEY = "chargeyard.push";
const LEAVE_WITHIN_MS = 2000;

/** The browser's push service could not be reached, or gave no keys. */
export class NoPushService extends Error {}

export async function isPushOn(): Promise<boolean> {
  const kept = readKept();
  return kept !== null && kept.account === current()?.accountId && (await subscriptionHere()) !== null;
}

export async function turnPushOn(): Promise<void> {
  const account = current()?.accountId;
  if (account === undefined || (await Notification.requestPermission()) !== "granted") return;
  const { public_key } = await answered(readPushKey());
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: public_key })
    .catch((error: unknown) => {
      throw new NoPushService(String(error));
    });
  const { endpoint, keys } = made.toJSON();
  if (endpoint === undefined || keys?.["p256dh"] === undefined || keys["auth"] === undefined) throw new NoPushService("no keys");
  const { subscription_id } = await answered(
    subscribe({ body: { endpoint, keys: { p256dh: keys["p256dh"], auth: keys["auth"] } } }),
  );
  localStorage.setItem(KEY, `${account} ${subscription_id}`);
}

/** The browser gets nothing any more, and the server knows; one that knew nothing of it is right. */
export async function turnPushOff(): Promise<void> {
  const kept = readKept();
  await (await subscriptionHere())?.unsubscribe();
  if (kept !== null && kept.account === current()?.accountId) {
    await answered(unsubscribe({ path: { subscription_id: kept.id } })).catch((error: unknown) => {
      if (!(error instanceof ApiProblem && error.status === 404)) throw error;
    });
  }
  localStorage.removeItem(KEY);
}

/** Logs out; no message of this login comes to this browser any more, whether or not the server can be told. */
export async function leave(): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, LEAVE_WITHIN_MS));
  if (readKept() !== null) await Promise.race([turnPushOff().catch(() => undefined), patience]);
  await logOut();
}

/** A subscription of a login that ended otherwise is taken back here; the push service tells the server. */
export async function endPushOfOthers(): Promise<void> {
  const kept = readKept();
  if (kept === null || kept.account === current()?.accountId) return;
  await (await subscriptionHere())?.unsubscribe();
  localStorage.removeItem(KEY);
}

function readKept(): { account: string; id: string } | null {
  const text = localStorage.getItem(KEY);
  if (text === null) return null;
  const [account = "", id = ""] = text.split(" ");
  return { account, id };
}

async function subscriptionHere(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
}
