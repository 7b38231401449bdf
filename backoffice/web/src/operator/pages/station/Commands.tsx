/** Any command, by a form made from its schema, or as it goes over the wire; what was sent, what waits, what came back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listCommands } from "../../../api/sdk.gen";
import type { CommandRecord, OperatedStation } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Button, Card, Field } from "../../../kit/ui";
import { State } from "../../parts/cell";
import { Listing } from "../../parts/Listing";
import { Operation, OperationForm, perform, Refusal } from "../../parts/Operation";
import { interfaceQuery, type Json } from "../../parts/schema";
import { useUrl } from "../../parts/url";
import { useWords } from "../../parts/words";
import { useMay } from "../../shell/scopes";
import { COMMANDS, commandsOf } from "./commands";
import { useStationTexts } from "./texts";

const RAW = "raw";

const useTexts = textsOf({
  en: {
    send: "Send a command", command: "Command", raw: "As on the wire …", submit: "Send", wait: "If it is offline, wait until",
    answer: "Answer", sent: "Sent and waiting", action: "Action", actionHint: "As OCPP names it, for example GetConfiguration.",
    payload: "Payload (JSON)", broken: "This is no JSON object yet.", cancel: "Withdraw", none: "Nothing was sent yet", took: "took",
  },
  de: {
    send: "Befehl senden", command: "Befehl", raw: "Wie auf der Leitung …", submit: "Senden", wait: "Wenn offline, warten bis",
    answer: "Antwort", sent: "Gesendet und wartend", action: "Aktion", actionHint: "Wie OCPP sie nennt, zum Beispiel GetConfiguration.",
    payload: "Inhalt (JSON)", broken: "Das ist noch kein JSON-Objekt.", cancel: "Zurückziehen", none: "Noch nichts gesendet", took: "dauerte",
  },
});

export function Commands({ station }: { station: OperatedStation }) {
  const may = useMay();
  return (
    <div className={may("stations:command") ? "two" : ""}>
      {may("stations:command") && <Sender id={station.station_id} />}
      <Sent id={station.station_id} />
    </div>
  );
}

function Sender({ id }: { id: string }) {
  const texts = useTexts();
  const words = useWords();
  const [search, change] = useUrl();
  const document = useQuery(interfaceQuery());
  const commands = document.data === undefined ? [] : commandsOf(document.data);
  const command = search["command"] ?? "trigger";
  return (
    <Card title={texts.send}>
      <Field label={texts.command}>
        {(field) => (
          <select {...field} value={command} onChange={(event) => change({ command: event.target.value }, { replace: true })}>
            {commands.map((one) => (
              <option key={one} value={one}>
                {words(one)}
              </option>
            ))}
            <option value={RAW}>{texts.raw}</option>
          </select>
        )}
      </Field>
      {command === RAW ? <RawForm id={id} /> : <TypedForm key={command} id={id} command={command} />}
    </Card>
  );
}

function useSending(id: string, to: string, until: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Json | undefined) =>
      perform({ to, params: { station_id: id }, query: until === "" ? {} : { queue_until: new Date(until).toISOString() } }, body),
    onSettled: () => queries.invalidateQueries({ queryKey: ["commands", id] }),
  });
}

function TypedForm({ id, command }: { id: string; command: string }) {
  const texts = useTexts();
  const [until, wait] = useState("");
  const sending = useSending(id, `POST ${COMMANDS}/${command}`, until);
  return (
    <>
      <OperationForm to={`POST ${COMMANDS}/${command}`} label={texts.submit} run={sending}>
        <Wait until={until} onChange={wait} />
      </OperationForm>
      <Answer data={sending.data} isThere={sending.isSuccess} />
    </>
  );
}

function RawForm({ id }: { id: string }) {
  const texts = useTexts();
  const [action, name] = useState("");
  const [text, write] = useState("{}");
  const [until, wait] = useState("");
  const sending = useSending(id, `POST ${COMMANDS}/${action}`, until);
  const payload = readObject(text);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (payload !== null) sending.mutate(payload);
      }}
    >
      <Field label={texts.action} hint={texts.actionHint}>
        {(field) => <input {...field} required pattern="[A-Za-z]+" spellCheck={false} value={action} onChange={(event) => name(event.target.value)} />}
      </Field>
      <Field label={texts.payload} problem={payload === null ? texts.broken : undefined}>
        {(field) => <textarea {...field} className="mono" rows={8} spellCheck={false} value={text} onChange={(event) => write(event.target.value)} />}
      </Field>
      <Wait until={until} onChange={wait} />
      {sending.error !== null && <Refusal error={sending.error} />}
      <div>
        <Button type="submit" kind="main" isBusy={sending.isPending} disabled={payload === null}>
          {texts.submit}
        </Button>
      </div>
      <Answer data={sending.data} isThere={sending.isSuccess} />
    </form>
  );
}

function readObject(text: string): Json | null {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function Wait({ until, onChange }: { until: string; onChange: (until: string) => void }) {
  const texts = useTexts();
  return (
    <Field label={texts.wait}>
      {(field) => <input {...field} type="datetime-local" value={until} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

function Answer({ data, isThere }: { data: unknown; isThere: boolean }) {
  const texts = useTexts();
  const { status, state } = (data ?? {}) as { status?: unknown; state?: unknown };
  const said = typeof status === "string" ? status : typeof state === "string" ? state : null;
  return (
    <div aria-live="polite" className="stack">
      {isThere && (
        <>
          <div className="row">
            <h3>{texts.answer}</h3>
            {said !== null && <State value={said} />}
          </div>
          <pre className="answer">{JSON.stringify(data ?? {}, null, 2)}</pre>
        </>
      )}
    </div>
  );
}

function Sent({ id }: { id: string }) {
  const texts = useTexts();
  const station = useStationTexts();
  const may = useMay();
  return (
    <Card title={texts.sent}>
      <Listing
        label={station.commands}
        queryKey={["commands", id]}
        refetchMs={10_000}
        load={(query) => answered(listCommands({ path: { station_id: id }, query }))}
        columns={["requested_at", "command", "state", { name: "answer", title: texts.answer, cell: (one) => <Outcome record={one} /> }]}
        rowKey={(one) => one.command_id}
        empty={<p className="quiet">{texts.none}</p>}
        actions={(one) =>
          may("stations:command") &&
          one.state === "queued" && (
            <Operation
              to="DELETE /api/v1/stations/{station_id}/commands/{command_id}"
              params={{ station_id: id, command_id: one.command_id }}
              label={texts.cancel}
              isForm={false}
              changes={["commands"]}
            />
          )
        }
      />
    </Card>
  );
}

function Outcome({ record }: { record: CommandRecord }) {
  const { status, reason } = (record.answer ?? {}) as { status?: unknown; reason?: unknown };
  const text = record.detail || record.error_code || (typeof reason === "string" ? reason : "");
  return (
    <span className="row" title={record.answer === null ? undefined : JSON.stringify(record.answer)}>
      {typeof status === "string" && <State value={status} />}
      {text}
    </span>
  );
}
