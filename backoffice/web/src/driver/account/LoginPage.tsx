import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { logIn } from "../../api/sdk.gen";
import { remember } from "../../kit/login";
import { answered, ApiProblem } from "../../kit/problem";
import { Button, Card, Field, ProblemNote } from "../../kit/ui";
import { LanguageChoice } from "../shell/LanguageChoice";
import { placeAfterLogin } from "./next";
import { usePageTitle } from "../shell/title";
import { useAccountTexts } from "./texts";

const route = getRouteApi("/bare/login");
const NEEDS_CODE = /second.factor/;

export function LoginPage() {
  const texts = useAccountTexts();
  usePageTitle(texts.logIn);
  const { next } = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [secondFactor, setSecondFactor] = useState("");
  const login = useMutation({
    mutationFn: () =>
      answered(logIn({ body: { email, password, role: "driver", second_factor: secondFactor || null } })),
    onSuccess: (token) => {
      remember(token);
      router.history.push(placeAfterLogin(next));
    },
  });
  const needsCode = secondFactor !== "" || (login.error instanceof ApiProblem && NEEDS_CODE.test(login.error.type));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <Card title={texts.welcome}>
      <p className="quiet">{texts.welcomeHint}</p>
      <form className="stack" onSubmit={submit}>
        <Field label={texts.email}>
          {(props) => (
            <input {...props} type="email" name="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
          )}
        </Field>
        <Field label={texts.password}>
          {(props) => (
            <input {...props} type="password" name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        {needsCode && (
          <Field label={texts.secondFactor} hint={texts.secondFactorHint}>
            {(props) => (
              <input {...props} autoComplete="one-time-code" value={secondFactor} onChange={(event) => setSecondFactor(event.target.value)} />
            )}
          </Field>
        )}
        {login.error !== null && <ProblemNote error={login.error} />}
        <Button type="submit" kind="main" isBusy={login.isPending}>
          {texts.logIn}
        </Button>
      </form>
      <Link to="/reset-password" className="small">
        {texts.forgotten}
      </Link>
      <hr />
      <div className="spread">
        <span className="quiet">{texts.noAccount}</span>
        <Link to="/register" search={next === undefined ? {} : { next }} className="button">
          {texts.register}
        </Link>
      </div>
      {next !== undefined && /\/evse\//.test(next) && <p className="quiet small">{texts.guest}</p>}
      <LanguageChoice />
    </Card>
  );
}
