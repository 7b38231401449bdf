import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Banner, Button, Field, ProblemNote } from "../../kit/ui";
import { paymentProvider } from "../queries";
import { useMeTexts } from "./texts";

interface CardFormProps {
  action: string;
  isBusy: boolean;
  error: Error | null;
  onCard: (number: string) => void;
}

/** A card, for drivers and guests alike; a demo says which numbers there are. */
export function CardForm({ action, isBusy, error, onCard }: CardFormProps) {
  const texts = useMeTexts();
  const [number, setNumber] = useState("");
  const { data: provider } = useQuery(paymentProvider());
  const isSandbox = provider?.name === "sandbox";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCard(number.trim());
  };
  return (
    <form className="stack" onSubmit={submit}>
      {isSandbox && (
        <Banner tone="busy">
          <span className="stack">
            <span>{texts.sandboxTitle}</span>
            <span className="row">
              {texts.sandbox.map(([one, does]) => (
                <button key={one} type="button" className="chip number" onClick={() => setNumber(one)}>
                  {one} · {does}
                </button>
              ))}
            </span>
          </span>
        </Banner>
      )}
      <Field label={provider === undefined || isSandbox ? texts.cardNumber : texts.cardToken}>
        {(props) => (
          <input
            {...props}
            required
            minLength={12}
            maxLength={64}
            autoComplete="cc-number"
            inputMode={isSandbox ? "numeric" : "text"}
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
        )}
      </Field>
      {error !== null && <ProblemNote error={error} />}
      <Button type="submit" kind="main" isBusy={isBusy}>
        {action}
      </Button>
    </form>
  );
}
