import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { blockToken, listMyTokens, registerToken } from "../../api/sdk.gen";
import type { TokenView } from "../../api/types.gen";
import { answered } from "../../kit/problem";
import { Badge, Button, Card, Dialog, Field, ProblemNote, Skeleton } from "../../kit/ui";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { useMeTexts } from "./texts";

export function TokensPage() {
  const texts = useMeTexts();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: ["tokens"], queryFn: () => answered(listMyTokens()) });
  const [value, setValue] = useState("");
  const [blocking, setBlocking] = useState<TokenView | null>(null);
  const renew = () => void client.invalidateQueries({ queryKey: ["tokens"] });
  const add = useMutation({
    mutationFn: () => answered(registerToken({ body: { value: value.trim(), type: "ISO14443" } })),
    onSuccess: () => {
      setValue("");
      renew();
    },
  });
  const block = useMutation({
    mutationFn: (id: string) => answered(blockToken({ path: { token_id: id } })),
    onSuccess: () => {
      setBlocking(null);
      renew();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.tokens} />
      <Card>
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton label={texts.loading} />}
        {data?.length === 0 && <p className="quiet">{texts.tokensNone}</p>}
        <ul className="list">
          {data?.map((one) => (
            <li key={one.token_id} className="list-row">
              <Icon name="tag" />
              <span className="list-main list-title number">{one.mask}</span>
              {one.is_blocked ? (
                <Badge tone="off">{texts.blocked}</Badge>
              ) : (
                <Button size="small" aria-label={`${texts.block}: ${one.mask}`} onClick={() => setBlocking(one)}>
                  {texts.block}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Card>
      <Card title={texts.newToken}>
        <form className="stack" onSubmit={submit}>
          <Field label={texts.token} hint={texts.tokenHint}>
            {(props) => <input {...props} required maxLength={36} autoComplete="off" value={value} onChange={(event) => setValue(event.target.value)} />}
          </Field>
          {add.error !== null && <ProblemNote error={add.error} />}
          <Button type="submit" kind="main" isBusy={add.isPending}>
            {texts.add}
          </Button>
        </form>
      </Card>
      {blocking !== null && (
        <Dialog title={texts.blockTitle} onClose={() => setBlocking(null)}>
          <p>{texts.blockHint}</p>
          {block.error !== null && <ProblemNote error={block.error} />}
          <div className="row">
            <Button kind="bad" isBusy={block.isPending} onClick={() => block.mutate(blocking.token_id)}>
              {texts.block}
            </Button>
            <Button onClick={() => setBlocking(null)}>{texts.keep}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
