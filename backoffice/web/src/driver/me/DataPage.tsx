import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askExport, deleteMe, readExport } from "../../api/sdk.gen";
import { dateTime } from "../../kit/format";
import { answered, ApiProblem } from "../../kit/problem";
import { Banner, Button, Card, Dialog, Field, ProblemNote, toast } from "../../kit/ui";
import { DownloadButton } from "../history/DownloadButton";
import { PageHead } from "../shell/PageHead";
import { leave } from "./push";
import { useMeTexts } from "./texts";

const EVERY_MS = 1500;
const GATHERED: ReadonlySet<string> = new Set(["asked", "gathering"]);

export function DataPage() {
  const texts = useMeTexts();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.data} />
      <ExportCard />
      <Card title={texts.deleteTitle}>
        <p className="quiet">{texts.deleteHint}</p>
        <Button kind="bad" onClick={() => setDeleting(true)}>
          {texts.deleteAsk}
        </Button>
      </Card>
      {isDeleting && <DeleteDialog onClose={() => setDeleting(false)} />}
    </div>
  );
}

function ExportCard() {
  const texts = useMeTexts();
  const client = useQueryClient();
  const known = useQuery({
    queryKey: ["export"],
    queryFn: async () => {
      try {
        return await answered(readExport());
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data != null && GATHERED.has(state.data.state) ? EVERY_MS : false),
  });
  const ask = useMutation({
    mutationFn: () => answered(askExport()),
    onSuccess: (asked) => client.setQueryData(["export"], asked),
  });
  const state = known.data?.state;
  return (
    <Card title={texts.exportTitle}>
      <p className="quiet">{texts.exportHint}</p>
      {known.error !== null && <ProblemNote error={known.error} onRetry={() => void known.refetch()} />}
      {ask.error !== null && <ProblemNote error={ask.error} />}
      {state !== undefined && GATHERED.has(state) && (
        <>
          <p role="status">{texts.exportWait}</p>
          <progress className="progress" aria-label={texts.exportWait} />
        </>
      )}
      {state === "failed" && <Banner tone="bad">{known.data?.detail || texts.exportFailed}</Banner>}
      {state === "ready" && (
        <>
          <p role="status">{texts.exportReady(known.data?.expires_at ? dateTime(known.data.expires_at) : "")}</p>
          <div className="row">
            <DownloadButton path="/api/v1/profiles/me/export/zip" name="chargeyard-export.zip" text={texts.exportZip} />
            <DownloadButton path="/api/v1/profiles/me/export/json" name="chargeyard-export.json" text={texts.exportJson} />
          </div>
        </>
      )}
      {(state === undefined || !GATHERED.has(state)) && (
        <Button isBusy={ask.isPending || known.isPending} onClick={() => ask.mutate()}>
          {texts.exportAsk}
        </Button>
      )}
    </Card>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const texts = useMeTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => answered(deleteMe({ body: { password, second_factor: code || null } })),
    onSuccess: async () => {
      toast(texts.deleted);
      await leave();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate();
  };
  return (
    <Dialog title={texts.deleteTitle} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p>{texts.deleteHint}</p>
        <Field label={texts.deletePassword}>
          {(props) => (
            <input {...props} type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        <Field label={texts.secondFactor}>
          {(props) => <input {...props} autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />}
        </Field>
        {remove.error !== null && <ProblemNote error={remove.error} />}
        <Button type="submit" kind="bad" isBusy={remove.isPending}>
          {texts.deleteNow}
        </Button>
      </form>
    </Dialog>
  );
}
