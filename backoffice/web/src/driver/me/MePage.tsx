import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { saveProfile } from "../../api/sdk.gen";
import type { ProfileView } from "../../api/types.gen";
import { type Language, useLanguage } from "../../kit/i18n";
import { answered } from "../../kit/problem";
import { chooseTheme, type Theme, theme } from "../../kit/theme";
import { Banner, Button, Card, Field, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { account, profile } from "../queries";
import { Choice } from "../shell/Choice";
import { Icon, type IconName } from "../shell/icons";
import { LanguageChoice } from "../shell/LanguageChoice";
import { PageHead } from "../shell/PageHead";
import { leave } from "./push";
import { useMeTexts } from "./texts";

const LINKS = [
  { to: "/me/cards", name: "cards", icon: "card" },
  { to: "/me/vehicles", name: "vehicles", icon: "car" },
  { to: "/me/tokens", name: "tokens", icon: "tag" },
  { to: "/me/favourites", name: "favourites", icon: "star" },
  { to: "/me/notices", name: "notices", icon: "bell" },
  { to: "/me/data", name: "data", icon: "shield" },
] as const satisfies ReadonlyArray<{ to: string; name: string; icon: IconName }>;
const THEMES: ReadonlyArray<Theme> = ["auto", "light", "dark"];

export function MePage() {
  const texts = useMeTexts();
  const [chosen, setChosen] = useState(theme);
  const { data, error, refetch } = useQuery(account());
  const mine = useQuery(profile());
  const out = useMutation({ mutationFn: leave });
  return (
    <div className="page">
      <PageHead title={data?.name || texts.me} note={data?.email} isTop />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data?.is_verified === false && (
        <Banner tone="warn">
          <span>{texts.unverified}</span>
          <Link to="/verify" className="button" data-size="small">
            {texts.confirmNow}
          </Link>
        </Banner>
      )}
      <div className="columns">
        <Card>
          <ul className="list">
            {LINKS.map((one) => (
              <li key={one.to}>
                <Link to={one.to} className="list-row">
                  <Icon name={one.icon} />
                  <span className="list-main">
                    <span className="list-title">{texts.links[one.name]}</span>
                    <span className="quiet small">{texts.notes[one.name]}</span>
                  </span>
                  <Icon name="next" />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
        <div className="stack">
          <Card title={texts.look}>
            <Choice
              label={texts.theme}
              options={THEMES.map((value) => ({ value, text: texts.themes[value] }))}
              value={chosen}
              onChange={(next) => {
                chooseTheme(next);
                setChosen(next);
              }}
            />
            <LanguageChoice />
          </Card>
          <Card title={texts.profile}>
            {mine.data === undefined ? <Skeleton height="9rem" label={texts.loading} /> : <Profile profile={mine.data} />}
          </Card>
          <Button isBusy={out.isPending} onClick={() => out.mutate()}>
            {texts.logOut}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Profile({ profile: known }: { profile: ProfileView }) {
  const texts = useMeTexts();
  const language: Language = useLanguage();
  const client = useQueryClient();
  const [name, setName] = useState(known.display_name);
  const [phone, setPhone] = useState(known.phone ?? "");
  const save = useMutation({
    mutationFn: () =>
      answered(
        saveProfile({
          body: { display_name: name, phone: phone || null, language, timezone: known.timezone, charging: known.charging },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(profile().queryKey, saved);
      void client.invalidateQueries({ queryKey: ["account"] });
      toast(texts.saved);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label={texts.name}>
        {(props) => <input {...props} autoComplete="name" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={texts.phone} hint={texts.phoneHint}>
        {(props) => <input {...props} type="tel" autoComplete="tel" value={phone} onChange={(event) => setPhone(event.target.value)} />}
      </Field>
      {save.error !== null && <ProblemNote error={save.error} />}
      <Button type="submit" isBusy={save.isPending}>
        {texts.save}
      </Button>
    </form>
  );
}
