import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { logIn } from "../../api/sdk.gen";
import { textsOf } from "../../kit/i18n";
import { remember } from "../../kit/login";
import { ApiProblem, answered } from "../../kit/problem";
import { Button, Field, ProblemNote } from "../../kit/ui";

const useTexts = textsOf({
  en: {
    title: "Log in",
    who: "For the staff of a charging network",
    email: "E-mail address",
    password: "Password",
    secondFactor: "Code of the second factor",
    secondFactorHint: "From your authenticator app, or a recovery code.",
    submit: "Log in",
  },
  de: {
    title: "Anmelden",
    who: "Für das Personal eines Ladenetzes",
    email: "E-Mail-Adresse",
    password: "Passwort",
    secondFactor: "Code des zweiten Faktors",
    secondFactorHint: "Aus Ihrer Authenticator-App, oder ein Wiederherstellungscode.",
    submit: "Anmelden",
  },
});

export function Login() {
  const texts = useTexts();
  const [filled, fill] = useState({ email: "", password: "", code: "" });
  const login = useMutation({
    mutationFn: () =>
      answered(
        logIn({
          body: {
            email: filled.email,
            password: filled.password,
            role: "operator",
            ...(filled.code === "" ? {} : { second_factor: filled.code }),
          },
        }),
      ),
    onSuccess: remember,
  });
  const needsCode = filled.code !== "" || (login.error instanceof ApiProblem && login.error.type.includes("second-factor"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <main className="login">
      <form className="card stack" onSubmit={submit}>
        <div className="brand">
          <span className="brand-mark" aria-hidden="true" />
          Chargeyard
        </div>
        <div>
          <h1>{texts.title}</h1>
          <p className="quiet">{texts.who}</p>
        </div>
        <Field label={texts.email}>
          {(field) => (
            <input
              {...field}
              type="email"
              required
              autoComplete="username"
              value={filled.email}
              onChange={(event) => fill({ ...filled, email: event.target.value })}
            />
          )}
        </Field>
        <Field label={texts.password}>
          {(field) => (
            <input
              {...field}
              type="password"
              required
              autoComplete="current-password"
              value={filled.password}
              onChange={(event) => fill({ ...filled, password: event.target.value })}
            />
          )}
        </Field>
        {needsCode && (
          <Field label={texts.secondFactor} hint={texts.secondFactorHint}>
            {(field) => (
              <input
                {...field}
                required
                inputMode="numeric"
                autoComplete="one-time-code"
                value={filled.code}
                onChange={(event) => fill({ ...filled, code: event.target.value })}
              />
            )}
          </Field>
        )}
        {login.error !== null && <ProblemNote error={login.error} />}
        <Button type="submit" kind="main" isBusy={login.isPending}>
          {texts.submit}
        </Button>
      </form>
    </main>
  );
}
