/** OCPP-J frames read: what kind of message a text is, and what it carries. */
export type FrameKind = "call" | "result" | "error" | "other";

export interface Frame {
  kind: FrameKind;
  messageId: string;
  action: string | null;
  /** An error's code and sentence. */
  error: string | null;
  payload: unknown;
}

const KIND_OF: Record<number, FrameKind> = { 2: "call", 3: "result", 4: "error", 5: "error", 6: "call" };

/** A text that is no OCPP-J frame, or was cut, is of the kind "other". */
export function readFrame(text: string): Frame {
  const nothing: Frame = { kind: "other", messageId: "", action: null, error: null, payload: null };
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return nothing;
  }
  if (!Array.isArray(parts)) return nothing;
  const [type, messageId, third, fourth, fifth] = parts as ReadonlyArray<unknown>;
  const kind = KIND_OF[Number(type)] ?? "other";
  const frame = { ...nothing, kind, messageId: String(messageId ?? "") };
  if (kind === "call") return { ...frame, action: String(third), payload: fourth };
  if (kind === "result") return { ...frame, payload: third };
  if (kind === "error") return { ...frame, error: [third, fourth].filter(Boolean).join(": "), payload: fifth };
  return frame;
}

/** What a payload says in a line: its plain values, by name. */
export function summaryOf(payload: unknown): string {
  if (typeof payload !== "object" || payload === null) return "";
  const parts: string[] = [];
  const visit = (value: object, depth: number) => {
    for (const [name, one] of Object.entries(value)) {
      if (parts.length >= MOST_PARTS) return;
      if (typeof one !== "object") parts.push(Array.isArray(value) ? String(one) : `${name} ${String(one)}`);
      else if (one !== null && depth < DEEPEST) visit(one as object, depth + 1);
    }
  };
  visit(payload, 0);
  return parts.join(" · ");
}

const MOST_PARTS = 8;
const DEEPEST = 4;
