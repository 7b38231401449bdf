import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { readPreferences, savePreferences } from "../../api/sdk.gen";
import type { Kind, PreferencesBody, PreferencesView } from "../../api/types.gen";
import { answered } from "../../kit/problem";
import { Card, Field, ProblemNote, Skeleton } from "../../kit/ui";
import { PageHead } from "../shell/PageHead";
import { PushCard } from "./PushCard";
import { useMeTexts } from "./texts";
import "./me.css";

const WAYS = ["in_app", "email", "push"] as const;
const QUIET = { from: "22:00", until: "07:00" };

export function NoticesPage() {
  const texts = useMeTexts();
  const { data, error, refetch } = useQuery({ queryKey: ["preferences"], queryFn: () => answered(readPreferences()) });
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.notices} />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="20rem" label={texts.loading} />}
      <PushCard />
      {data !== undefined && <Preferences known={data} />}
    </div>
  );
}

/** Every change counts at once; one that is refused is taken back. */
function Preferences({ known }: { known: PreferencesView }) {
  const texts = useMeTexts();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (body: PreferencesBody) => answered(savePreferences({ body })),
    onSettled: () => client.invalidateQueries({ queryKey: ["preferences"] }),
  });
  const shown = save.isPending ? { ...bodyOf(known), ...save.variables } : bodyOf(known);
  const change = (part: Partial<PreferencesBody>) => save.mutate({ ...shown, ...part });
  const toggle = (kind: Kind, way: (typeof WAYS)[number]) => {
    const ways = shown.ways?.[kind] ?? [];
    const next = ways.includes(way) ? ways.filter((one) => one !== way) : [...ways, way];
    change({ ways: { ...shown.ways, [kind]: next } });
  };
  const isQuiet = shown.quiet_from != null;
  return (
    <>
      {save.error !== null && <ProblemNote error={save.error} />}
      <Card title={texts.waysTitle}>
        <table className="ways">
          <thead>
            <tr>
              <th>
                <span className="only-read">{texts.waysTitle}</span>
              </th>
              {WAYS.map((way) => (
                <th key={way} scope="col">
                  {texts.ways[way]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(Object.keys(shown.ways ?? {}) as Kind[]).map((kind) => (
              <tr key={kind}>
                <th scope="row">{texts.kinds[kind] ?? kind}</th>
                {WAYS.map((way) => (
                  <td key={way}>
                    <input
                      type="checkbox"
                      aria-label={`${texts.kinds[kind] ?? kind}: ${texts.ways[way]}`}
                      checked={shown.ways?.[kind]?.includes(way) ?? false}
                      onChange={() => toggle(kind, way)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card title={texts.quiet}>
        <p className="quiet">{texts.quietHint}</p>
        <label className="switch">
          <input
            type="checkbox"
            checked={isQuiet}
            onChange={(event) =>
              change(
                event.target.checked
                  ? { quiet_from: QUIET.from, quiet_until: QUIET.until, timezone: shown.timezone ?? hereZone() }
                  : { quiet_from: null, quiet_until: null },
              )
            }
          />
          {texts.quietOn}
        </label>
        {isQuiet && (
          <div className="columns">
            {([[texts.from, "quiet_from"], [texts.until, "quiet_until"]] as const).map(([label, name]) => (
              <Field key={name} label={label}>
                {(props) => (
                  <input
                    {...props}
                    type="time"
                    required
                    defaultValue={shown[name]?.slice(0, 5)}
                    onBlur={(event) => event.target.value !== "" && change({ [name]: event.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
        )}
      </Card>
    </>
  );
}

function bodyOf({ ways, language, ...rest }: PreferencesView): PreferencesBody {
  const personal = Object.entries(ways).map(([kind, named]) => [kind, named.filter((way) => way !== "webhook")]);
  return { ...rest, language: language === "de" || language === "en" ? language : null, ways: Object.fromEntries(personal) };
}

function hereZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
