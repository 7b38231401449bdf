import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { askVerification, register } from "../../api/sdk.gen";
import { useLanguage } from "../../kit/i18n";
import { remember } from "../../kit/login";
import { answered } from "../../kit/problem";
import { Button, Card, Field, ProblemNote } from "../../kit/ui";
import { LanguageChoice } from "../shell/LanguageChoice";
import { placeAfterLogin } from "./next";
import { usePageTitle } from "../shell/title";
import { useAccountTexts } from "./texts";
import { VerifyForm } from "./VerifyForm";

const route = getRouteApi("/bare/register");

export function RegisterPage() {
  const texts = useAccountTexts();
  usePageTitle(texts.registerTitle);
  const language = useLanguage();
  const { next } = route.useSearch();
  const router = useRouter();
  const [wish, setWish] = useState({ email: "", password: "", name: "" });
  const making = useMutation({
    mutationFn: async () => {
      remember(await answered(register({ body: { ...wish, language } })));
      // The account is there, whether or not the mail can be sent now.
      await answered(askVerification()).catch(() => undefined);
    },
  });
  const goOn = () => router.history.push(placeAfterLogin(next));
  if (making.isSuccess) return <VerifyForm email={wish.email} onDone={goOn} onLater={goOn} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <Card title={texts.registerTitle}>
      <form className="stack" onSubmit={submit}>
        <Field label={texts.email}>
          {(props) => (
            <input {...props} type="email" name="email" autoComplete="username" required value={wish.email} onChange={(event) => setWish({ ...wish, email: event.target.value })} />
          )}
        </Field>
        <Field label={texts.name} hint={texts.nameHint}>
          {(props) => (
            <input {...props} name="name" autoComplete="name" maxLength={100} value={wish.name} onChange={(event) => setWish({ ...wish, name: event.target.value })} />
          )}
        </Field>
        <Field label={texts.password} hint={texts.passwordHint}>
          {(props) => (
            <input {...props} type="password" name="password" autoComplete="new-password" minLength={8} required value={wish.password} onChange={(event) => setWish({ ...wish, password: event.target.value })} />
          )}
        </Field>
        {making.error !== null && <ProblemNote error={making.error} />}
        <Button type="submit" kind="main" isBusy={making.isPending}>
          {texts.register}
        </Button>
      </form>
      <hr />
      <div className="spread">
        <span className="quiet">{texts.hasAccount}</span>
        <Link to="/login" search={next === undefined ? {} : { next }} className="button">
          {texts.logIn}
        </Link>
      </div>
      <LanguageChoice />
    </Card>
  );
}
