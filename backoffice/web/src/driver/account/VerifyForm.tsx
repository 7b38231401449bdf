/** The code that a mail brought: typed in, or asked for once more. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askVerification, verify } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Button, Card, Field, ProblemNote, toast } from "../../kit/ui";
import { useAccountTexts } from "./texts";

interface VerifyProps {
  email: string;
  code?: string | undefined;
  onDone: () => void;
  onLater: () => void;
}

export function VerifyForm({ email, code: given = "", onDone, onLater }: VerifyProps) {
  const texts = useAccountTexts();
  const client = useQueryClient();
  const [code, setCode] = useState(given);
  const confirming = useMutation({
    mutationFn: () => answered(verify({ body: { code: code.trim() } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["account"] });
      toast(texts.verified);
      onDone();
    },
  });
  const asking = useMutation({
    mutationFn: () => answered(askVerification()),
    onSuccess: () => toast(texts.sentAgain),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirming.mutate();
  };
  return (
    <Card title={texts.verifyTitle}>
      <p className="quiet">{texts.verifyHint(email)}</p>
      <form className="stack" onSubmit={submit}>
        <Field label={texts.code}>
          {(props) => (
            <input {...props} autoComplete="one-time-code" inputMode="numeric" required value={code} onChange={(event) => setCode(event.target.value)} />
          )}
        </Field>
        {(confirming.error ?? asking.error) !== null && <ProblemNote error={confirming.error ?? asking.error} />}
        <Button type="submit" kind="main" isBusy={confirming.isPending}>
          {texts.verify}
        </Button>
      </form>
      <div className="spread">
        <Button kind="bare" size="small" isBusy={asking.isPending} onClick={() => asking.mutate()}>
          {texts.sendAgain}
        </Button>
        <Button kind="bare" size="small" onClick={onLater}>
          {texts.later}
        </Button>
      </div>
    </Card>
  );
}
