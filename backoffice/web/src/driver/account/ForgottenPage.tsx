import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { choosePassword, forgetPassword } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Banner, Button, Card, Field, ProblemNote, toast } from "../../kit/ui";
import { usePageTitle } from "../shell/title";
import { useAccountTexts } from "./texts";

const route = getRouteApi("/bare/reset-password");

/** A code is sent, and with it another password chosen; the link of the mail leads here with the code. */
export function ForgottenPage() {
  const texts = useAccountTexts();
  usePageTitle(texts.forgottenTitle);
  const given = route.useSearch();
  const navigate = useNavigate();
  const [email, setEmail] = useState(given.email ?? "");
  const [code, setCode] = useState(given.code ?? "");
  const [password, setPassword] = useState("");
  const asking = useMutation({ mutationFn: () => answered(forgetPassword({ body: { email } })) });
  const choosing = useMutation({
    mutationFn: () => answered(choosePassword({ body: { email, code: code.trim(), password } })),
    onSuccess: () => {
      toast(texts.chosen);
      void navigate({ to: "/login" });
    },
  });
  const hasCode = asking.isSuccess || given.code !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (hasCode) choosing.mutate();
    else asking.mutate();
  };
  const error = asking.error ?? choosing.error;
  return (
    <Card title={texts.forgottenTitle}>
      {asking.isSuccess ? <Banner tone="good">{texts.codeSent(email)}</Banner> : <p className="quiet">{texts.forgottenHint}</p>}
      <form className="stack" onSubmit={submit}>
        <Field label={texts.email}>
          {(props) => (
            <input {...props} type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
          )}
        </Field>
        {hasCode && (
          <>
            <Field label={texts.code}>
              {(props) => (
                <input {...props} autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.target.value)} />
              )}
            </Field>
            <Field label={texts.newPassword} hint={texts.passwordHint}>
              {(props) => (
                <input {...props} type="password" autoComplete="new-password" minLength={8} required value={password} onChange={(event) => setPassword(event.target.value)} />
              )}
            </Field>
          </>
        )}
        {error !== null && <ProblemNote error={error} />}
        <Button type="submit" kind="main" isBusy={asking.isPending || choosing.isPending}>
          {hasCode ? texts.choose : texts.sendCode}
        </Button>
      </form>
      <Link to="/login" className="small">
        {texts.backToLogin}
      </Link>
    </Card>
  );
}
