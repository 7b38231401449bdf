/** Anything that can be done: a button that asks what the interface's document says is needed, does it, and says so. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useRef, useState } from "react";
import { client } from "../../api/client.gen";
import { textsOf } from "../../kit/i18n";
import { oncePer } from "../../kit/intent";
import { ApiProblem, answered } from "../../kit/problem";
import { Button, Dialog, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { SchemaFields } from "./SchemaForm";
import { bodyOf, findOperation, interfaceQuery, type Json, PREFIXES, shapeOf, type Source, startOf } from "./schema";
import { useWords } from "./words";

const useTexts = textsOf({
  en: { done: "Done:", loading: "Loading the form", cancel: "Cancel" },
  de: { done: "Erledigt:", loading: "Formular wird geladen", cancel: "Abbrechen" },
});

export type Fields = Readonly<Record<string, Json>>;

export interface Call {
  source?: Source;
  /** As in the document: "POST /api/v1/closures/{closure_id}/end". */
  to: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}

/** Does it. ApiProblem where it is refused. */
export async function perform({ source = "platform", to, params = {}, query = {}, headers = {} }: Call, body?: Json): Promise<unknown> {
  const [method, path] = to.split(" ") as ["POST" | "PUT" | "PATCH" | "DELETE", string];
  const url = PREFIXES[source] + path;
  const about = body === undefined ? {} : { body, headers: { "Content-Type": "application/json", ...headers } };
  const call = client.request({ method, url, path: params, query, headers, ...about });
  return answered(call as Promise<{ data?: unknown; error?: unknown; response?: Response }>);
}

interface OperationProps extends Call {
  label: string;
  kind?: "main" | "plain" | "bad" | "bare";
  size?: "normal" | "small";
  /** What the form starts with, over what the document says. */
  initial?: Fields;
  hidden?: ReadonlyArray<string>;
  /** Said before it is done; without a form and this, it is done at once. */
  explain?: string;
  /** The queries that are not true any more afterwards, by the first part of their key. */
  changes?: ReadonlyArray<string>;
  /** What came back, where it is worth showing; null closes the dialog. */
  answer?: (data: unknown) => ReactNode;
  onDone?: (data: unknown) => void;
  isForm?: boolean;
}

export function Operation(props: OperationProps) {
  const [isOpen, open] = useState(false);
  const { kind = "plain", size = "small", label } = props;
  const run = useOperation(props);
  const asks = props.isForm !== false || props.explain !== undefined;
  return (
    <>
      <Button kind={kind} size={size} isBusy={!asks && run.isPending} onClick={() => (asks ? open(true) : run.mutate(undefined))}>
        {label}
      </Button>
      {!asks && run.error !== null && (
        <Dialog title={label} onClose={run.reset}>
          <ProblemNote error={run.error} />
        </Dialog>
      )}
      {isOpen && <OperationDialog {...props} onClose={() => open(false)} />}
    </>
  );
}

function useOperation({ label, changes = [], onDone, ...call }: OperationProps) {
  const texts = useTexts();
  const queries = useQueryClient();
  const subject = JSON.stringify([call.source, call.to, call.params, call.query]);
  return useMutation({
    mutationFn: (body: Json | undefined) =>
      oncePer(subject, (key) => perform({ ...call, headers: { "Idempotency-Key": key, ...call.headers } }, body)),
    onSuccess: async (data) => {
      await Promise.all(changes.map((change) => queries.invalidateQueries({ queryKey: [change] })));
      toast(`${texts.done} ${label}`);
      onDone?.(data);
    },
  });
}

function OperationDialog(props: OperationProps & { onClose: () => void }) {
  const texts = useTexts();
  const { label, explain, isForm = true, answer, onClose } = props;
  const run = useOperation({ ...props, onDone: (data) => (props.onDone?.(data), answer === undefined && onClose()) });
  const shown = run.isSuccess && answer !== undefined ? answer(run.data) : null;
  return (
    <Dialog title={label} onClose={onClose}>
      {explain !== undefined && <p>{explain}</p>}
      {shown !== null ? (
        <div aria-live="polite">{shown}</div>
      ) : isForm ? (
        <OperationForm {...props} run={run} onCancel={onClose} />
      ) : (
        <>
          {run.error !== null && <ProblemNote error={run.error} />}
          <div className="row">
            <Button kind={props.kind ?? "main"} isBusy={run.isPending} onClick={() => run.mutate(undefined)}>
              {label}
            </Button>
            <Button kind="bare" onClick={onClose}>
              {texts.cancel}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface Running {
  mutate: (body: Json | undefined) => void;
  isPending: boolean;
  error: Error | null;
}

/** The form of an operation alone; `run` is what its button does. */
export function OperationForm(props: {
  source?: Source;
  to: string;
  label: string;
  initial?: Fields;
  hidden?: ReadonlyArray<string>;
  kind?: "main" | "plain" | "bad" | "bare";
  run: Running;
  onCancel?: () => void;
  children?: ReactNode;
}) {
  const { to, label, hidden, run, onCancel } = props;
  const texts = useTexts();
  const id = useId();
  const document = useQuery(interfaceQuery(props.source));
  const start = useRef<Fields>(null);
  const [value, change] = useState<Fields | null>(null);
  if (document.error !== null) return <ProblemNote error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton label={texts.loading} />;
  const operation = findOperation(document.data, to);
  const body = operation === undefined ? undefined : bodyOf(operation);
  const shape = body === undefined ? undefined : shapeOf(body, document.data);
  start.current ??= { ...(shape === undefined ? {} : asFields(startOf(shape.schema, document.data))), ...props.initial };
  const filled = value ?? start.current;
  return (
    <form
      className="stack"
      id={id}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate(shape === undefined ? undefined : filled);
      }}
    >
      {shape !== undefined && (
        <SchemaFields schema={shape.schema} document={document.data} value={filled} onChange={change} {...(hidden === undefined ? {} : { hidden })} />
      )}
      {props.children}
      {run.error !== null && <Refusal error={run.error} />}
      <div className="row">
        <Button type="submit" kind={props.kind === "bad" ? "bad" : "main"} isBusy={run.isPending}>
          {label}
        </Button>
        {onCancel !== undefined && (
          <Button kind="bare" onClick={onCancel}>
            {texts.cancel}
          </Button>
        )}
      </div>
    </form>
  );
}

function asFields(value: Json | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The server's sentence, and each place of the form that it did not understand. */
export function Refusal({ error }: { error: Error }) {
  const words = useWords();
  const places = error instanceof ApiProblem ? error.places : [];
  return (
    <div className="stack">
      <ProblemNote error={error} />
      {places.length > 0 && (
        <ul className="small">
          {places.map((one, at) => (
            <li key={at}>
              <strong>{words(one.place?.replace(/^body\./, "") ?? "")}</strong> {one.problem}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
