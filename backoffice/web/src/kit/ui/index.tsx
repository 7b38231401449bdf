/** The small parts of which both apps are made. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useRef, useSyncExternalStore } from "react";
import { textsOf } from "../i18n";
import { ApiProblem } from "../problem";
import "./ui.css";

export type Tone = "good" | "busy" | "warn" | "bad" | "off";

const useTexts = textsOf({
  en: {
    retry: "Try again",
    close: "Close",
    working: "Working …",
    offline: "The server cannot be reached. Check the connection; what you see may be old.",
    failed: "That did not work. Try again in a moment.",
  },
  de: {
    retry: "Noch einmal",
    close: "Schließen",
    working: "Läuft …",
    offline: "Der Server ist nicht erreichbar. Bitte Verbindung prüfen; Angezeigtes kann veraltet sein.",
    failed: "Das hat nicht geklappt. Bitte gleich noch einmal versuchen.",
  },
});

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "main" | "plain" | "bad" | "bare";
  size?: "normal" | "small";
  isBusy?: boolean;
}

export function Button({ kind = "plain", size = "normal", isBusy = false, children, ...rest }: ButtonProps) {
  const texts = useTexts();
  return (
    <button
      type="button"
      {...rest}
      className="button"
      data-kind={kind}
      data-size={size}
      disabled={isBusy || rest.disabled}
      aria-busy={isBusy}
    >
      {isBusy ? texts.working : children}
    </button>
  );
}

export function Card({ title, aside, children }: { title?: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="card stack">
      {(title !== undefined || aside !== undefined) && (
        <div className="spread">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}

/** Said once to screen readers too when it appears; a `bad` one at once. */
export function Banner({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className="banner" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** What went wrong, in a sentence of the server's where it said one, with a way to try again. */
export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const texts = useTexts();
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <Banner tone="bad">
      <span>{problem?.isOffline ? texts.offline : problem?.message || texts.failed}</span>
      {onRetry !== undefined && (
        <Button size="small" onClick={onRetry}>
          {texts.retry}
        </Button>
      )}
    </Banner>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  problem?: string | undefined;
  children: (props: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

/** `<Field label="Name">{(props) => <input {...props} />}</Field>` */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(note === undefined ? {} : { "aria-describedby": `${id}-note` }),
        ...(problem === undefined ? {} : { "aria-invalid": true as const }),
      })}
      {note !== undefined && (
        <span id={`${id}-note`} className={problem === undefined ? "quiet small" : "problem"}>
          {note}
        </span>
      )}
    </div>
  );
}

/** Nothing is there (yet): says why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The place of what is still being loaded; `label` is for screen readers. */
export function Skeleton({ height = "6rem", label }: { height?: string; label: string }) {
  return (
    <div className="skeleton" style={{ height }} role="status">
      <span className="only-read">{label}</span>
    </div>
  );
}

/** Modal while it is drawn; Escape, the backdrop and the button close it. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const texts = useTexts();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      <div className="stack">
        <div className="spread">
          <h2 id={id}>{title}</h2>
          <Button kind="bare" size="small" aria-label={texts.close} onClick={() => dialog.current?.close()}>
            ✕
          </Button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

const TOAST_MS = 5000;
let toasts: ReadonlyArray<{ id: number; text: string }> = [];
let nextToast = 0;
const toastListeners = new Set<() => void>();

/** A sentence at the foot of the page for some seconds. */
export function toast(text: string): void {
  const id = nextToast++;
  changeToasts([...toasts, { id, text }]);
  setTimeout(() => changeToasts(toasts.filter((one) => one.id !== id)), TOAST_MS);
}

function changeToasts(next: typeof toasts): void {
  toasts = next;
  for (const listener of toastListeners) listener();
}

/** Once a page: where toasts appear. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      toastListeners.add(listener);
      return () => toastListeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status">
      {shown.map((one) => (
        <div key={one.id} className="toast">
          {one.text}
        </div>
      ))}
    </div>
  );
}
