import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { textsOf } from "../../kit/i18n";
import { Icon } from "./icons";
import { usePageTitle } from "./title";

const useTexts = textsOf({ en: { back: "Back" }, de: { back: "Zurück" } });

interface PageHeadProps {
  title: string;
  note?: ReactNode;
  aside?: ReactNode;
  /** Pages of the menu have nowhere to go back to. */
  isTop?: boolean;
}

export function PageHead({ title, note, aside, isTop = false }: PageHeadProps) {
  const texts = useTexts();
  const router = useRouter();
  usePageTitle(title);
  const goBack = () => {
    if (router.history.canGoBack()) router.history.back();
    else router.history.push("/");
  };
  return (
    <header className="page-head">
      {!isTop && (
        <button type="button" className="page-back" aria-label={texts.back} onClick={goBack}>
          <Icon name="back" />
        </button>
      )}
      <div>
        <h1>{title}</h1>
        {note !== undefined && <p className="quiet">{note}</p>}
      </div>
      {aside}
    </header>
  );
}
