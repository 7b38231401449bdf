/** What is shown where a page cannot be: it does not exist, it failed, or it is on its way. */
import { Link } from "@tanstack/react-router";
import { textsOf } from "../../kit/i18n";
import { Button, Empty, Skeleton } from "../../kit/ui";
import { useConnection } from "./connection";

const useTexts = textsOf({
  en: {
    loading: "The page is loading",
    missing: "There is no such page",
    missingHint: "The link may be old, or mistyped.",
    failed: "This page could not be shown",
    offline: "This page needs a connection",
    offlineHint: "It was not opened here before. Connect, and try again.",
    failedHint: "Try again; if it happens again, the map is a good place to start from.",
    retry: "Try again",
    home: "To the map",
  },
  de: {
    loading: "Die Seite wird geladen",
    missing: "Diese Seite gibt es nicht",
    missingHint: "Vielleicht ist der Link alt oder vertippt.",
    failed: "Diese Seite ließ sich nicht anzeigen",
    offline: "Diese Seite braucht eine Verbindung",
    offlineHint: "Sie wurde hier noch nie geöffnet. Bitte verbinden und noch einmal versuchen.",
    failedHint: "Bitte noch einmal versuchen; wenn es wieder geschieht, hilft die Karte weiter.",
    retry: "Noch einmal",
    home: "Zur Karte",
  },
});

export function NotFound() {
  const texts = useTexts();
  return (
    <Empty title={texts.missing}>
      <p>{texts.missingHint}</p>
      <Link to="/" className="button">
        {texts.home}
      </Link>
    </Empty>
  );
}

export function PageFault() {
  const texts = useTexts();
  const { isOffline } = useConnection();
  return (
    <Empty title={isOffline ? texts.offline : texts.failed}>
      <p>{isOffline ? texts.offlineHint : texts.failedHint}</p>
      <Button onClick={() => location.reload()}>{texts.retry}</Button>
    </Empty>
  );
}

export function PageLoading() {
  const texts = useTexts();
  return (
    <div className="page">
      <Skeleton height="2rem" label={texts.loading} />
      <Skeleton height="9rem" label="" />
      <Skeleton height="9rem" label="" />
    </div>
  );
}
