import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { addPaymentMethod } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Badge, Card, ProblemNote, Skeleton, toast } from "../../kit/ui";
import { placeAfterLogin } from "../account/next";
import { paymentMethods } from "../queries";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { CardForm } from "./CardForm";
import { useMeTexts } from "./texts";

const route = getRouteApi("/mine/me/cards");

export function CardsPage() {
  const texts = useMeTexts();
  const { next } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(paymentMethods());
  const add = useMutation({
    mutationFn: (number: string) => answered(addPaymentMethod({ body: { card_number: number } })),
    onSuccess: async () => {
      toast(texts.cardAdded);
      await client.invalidateQueries({ queryKey: ["payment-methods"] });
      if (next !== undefined) router.history.replace(placeAfterLogin(next));
    },
  });
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.cards} />
      <Card>
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton label={texts.loading} />}
        {data?.length === 0 && <p className="quiet">{texts.cardsNone}</p>}
        <ul className="list">
          {data?.map((one) => (
            <li key={one.id} className="list-row">
              <Icon name="card" />
              <span className="list-main list-title number">
                {one.brand} ···· {one.last4}
              </span>
              {one.is_default && <Badge tone="good">{texts.pays}</Badge>}
            </li>
          ))}
        </ul>
        {(data?.length ?? 0) > 1 && <p className="quiet small">{texts.cardNewest}</p>}
      </Card>
      <Card title={texts.newCard}>
        <CardForm action={texts.add} isBusy={add.isPending} error={add.error} onCard={(number) => add.mutate(number)} />
      </Card>
    </div>
  );
}
