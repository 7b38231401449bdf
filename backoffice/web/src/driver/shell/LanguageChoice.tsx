import { chooseLanguage, type Language, LANGUAGES, useLanguage } from "../../kit/i18n";
import { Choice } from "./Choice";

const NAMES: Record<Language, string> = { en: "Language", de: "Sprache" };

/** Both languages by their own names. */
export function LanguageChoice() {
  const chosen = useLanguage();
  return (
    <Choice
      label={NAMES[chosen]}
      options={Object.entries(LANGUAGES).map(([value, text]) => ({ value: value as Language, text }))}
      value={chosen}
      onChange={chooseLanguage}
    />
  );
}
