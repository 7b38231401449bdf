/** Says that there is no connection, and of when what is shown is. */
import { clockTime, day } from "../../kit/format";
import { textsOf } from "../../kit/i18n";
import { useConnection } from "./connection";

const useTexts = textsOf({
  en: {
    offline: "You are offline.",
    kept: (when: string) => `Shown is the state of ${when}.`,
    old: "What is shown may be old.",
  },
  de: {
    offline: "Keine Verbindung.",
    kept: (when: string) => `Angezeigt wird der Stand von ${when}.`,
    old: "Angezeigtes kann veraltet sein.",
  },
});

export function OfflineBanner() {
  const texts = useTexts();
  const { isOffline, keptAt } = useConnection();
  return (
    <div role="status" className="offline-place">
      {isOffline && (
        <p className="offline">
          <strong>{texts.offline}</strong> {keptAt === null ? texts.old : texts.kept(moment(keptAt))}
        </p>
      )}
    </div>
  );
}

function moment(instant: string): string {
  const isToday = day(instant) === day(new Date());
  return isToday ? clockTime(instant) : `${day(instant)}, ${clockTime(instant)}`;
}
