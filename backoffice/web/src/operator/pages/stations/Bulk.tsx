/** One command to many stations: a few at a time, with progress, and what each answered. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { textsOf } from "../../../kit/i18n";
import { ApiProblem } from "../../../kit/problem";
import { Button, Dialog, Field } from "../../../kit/ui";
import { Table } from "../../parts/Listing";
import { OperationForm, perform } from "../../parts/Operation";
import { interfaceQuery, type Json } from "../../parts/schema";
import { useWords } from "../../parts/words";
import { COMMANDS, commandsOf } from "../station/commands";

const AT_ONCE = 6;

const useTexts = textsOf({
  en: {
    act: "Send a command to", all: "Choose all", none: "Choose none", stations: "stations", command: "Command", send: "Send to",
    progress: "Stations that answered", stop: "Stop", results: "Results", done: "answered", failed: "failed", again: "Send another", chosen: "chosen",
  },
  de: {
    act: "Befehl senden an", all: "Alle wählen", none: "Keine wählen", stations: "Stationen", command: "Befehl", send: "Senden an",
    progress: "Stationen, die geantwortet haben", stop: "Anhalten", results: "Ergebnisse", done: "beantwortet", failed: "gescheitert", again: "Weiteren senden", chosen: "gewählt",
  },
});

interface Result {
  station_id: string;
  status: string;
  detail: string;
}

export function Bulk(props: { chosen: ReadonlyArray<string>; found: ReadonlyArray<string>; onChoose: (keys: ReadonlySet<string>) => void }) {
  const { chosen, found, onChoose } = props;
  const texts = useTexts();
  const [isOpen, open] = useState(false);
  return (
    <div className="row" aria-live="polite">
      <Button size="small" onClick={() => onChoose(new Set(chosen.length === found.length ? [] : found))}>
        {chosen.length === found.length ? texts.none : `${texts.all} (${found.length})`}
      </Button>
      {chosen.length > 0 && (
        <Button size="small" kind="main" onClick={() => open(true)}>
          {`${texts.act} ${chosen.length} ${texts.stations}`}
        </Button>
      )}
      {isOpen && <BulkDialog stations={chosen} onClose={() => open(false)} />}
    </div>
  );
}

function BulkDialog({ stations, onClose }: { stations: ReadonlyArray<string>; onClose: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const document = useQuery(interfaceQuery());
  const [command, choose] = useState("reset");
  const run = useBulk(stations, command);
  const failed = run.results.filter((one) => one.status === "failed").length;
  return (
    <Dialog title={`${texts.act} ${stations.length} ${texts.stations}`} onClose={() => (run.stop(), onClose())}>
      {run.results.length === 0 && !run.isRunning ? (
        <>
          <Field label={texts.command}>
            {(field) => (
              <select {...field} value={command} onChange={(event) => choose(event.target.value)}>
                {(document.data === undefined ? ["reset"] : commandsOf(document.data)).map((one) => (
                  <option key={one} value={one}>
                    {words(one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <OperationForm
            key={command}
            to={`POST ${COMMANDS}/${command}`}
            label={`${texts.send} ${stations.length} ${texts.stations}`}
            run={{ mutate: run.start, isPending: false, error: null }}
          />
        </>
      ) : (
        <>
          <label className="stack">
            <span>{`${run.results.length} / ${stations.length} ${texts.done}${failed > 0 ? `, ${failed} ${texts.failed}` : ""}`}</span>
            <progress className="progress" max={stations.length} value={run.results.length} aria-label={texts.progress} />
          </label>
          {run.results.length > 0 && (
            <Table label={texts.results} columns={["station_id", "status", "detail"]} rows={run.results} rowKey={(one) => one.station_id} />
          )}
          <div className="row">
            {run.isRunning ? <Button onClick={run.stop}>{texts.stop}</Button> : <Button onClick={run.clear}>{texts.again}</Button>}
          </div>
        </>
      )}
    </Dialog>
  );
}

function useBulk(stations: ReadonlyArray<string>, command: string) {
  const [results, tell] = useState<ReadonlyArray<Result>>([]);
  const [isRunning, run] = useState(false);
  const isStopped = useRef(false);
  const start = async (body: Json | undefined) => {
    isStopped.current = false;
    run(true);
    const waiting = [...stations];
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined && !isStopped.current; id = waiting.shift()) {
        const result = await sendTo(id, command, body);
        tell((before) => [...before, result]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    run(false);
  };
  return {
    results,
    isRunning,
    start: (body: Json | undefined) => void start(body),
    stop: () => {
      isStopped.current = true;
    },
    clear: () => tell([]),
  };
}

async function sendTo(id: string, command: string, body: Json | undefined): Promise<Result> {
  try {
    const answer = (await perform({ to: `POST ${COMMANDS}/${command}`, params: { station_id: id } }, body)) as Record<string, unknown> | undefined;
    return { station_id: id, status: String(answer?.["status"] ?? answer?.["state"] ?? "done"), detail: String(answer?.["reason"] ?? "") };
  } catch (error) {
    return { station_id: id, status: "failed", detail: error instanceof ApiProblem ? error.message : String(error) };
  }
}
