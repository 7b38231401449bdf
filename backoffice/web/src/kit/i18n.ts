/** English and German: one dictionary of each app, the English one being its type. */
import { useSyncExternalStore } from "react";

export type Language = "en" | "de";
export const LANGUAGES: Record<Language, string> = { en: "English", de: "Deutsch" };

const KEY = "chargeyard.language";
const listeners = new Set<() => void>();

export function language(): Language {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  return chosen === "de" ? "de" : "en";
}

/** Every text is in this language from now on, and the page says so to screen readers. */
export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(KEY, chosen);
  document.documentElement.lang = chosen;
  for (const listener of listeners) listener();
}

export function useLanguage(): Language {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, language);
}

/** The texts of a part of an app in the reader's language: `const useTexts = textsOf({ en, de })`. */
export function textsOf<T>(texts: Record<Language, T>): () => T {
  return () => texts[useLanguage()];
}
