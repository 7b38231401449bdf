/** What a page shows is in its address: filters, order, the page of a list, the tab. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export type Search = Readonly<Partial<Record<string, string>>>;

/** A validator that keeps the named parameters, as text, and forgets every other. */
export function textsNamed(...names: ReadonlyArray<string>): (raw: Record<string, unknown>) => Search {
  return (raw) => {
    const kept: Record<string, string> = {};
    for (const name of names) {
      const value = raw[name];
      if (typeof value === "string" && value !== "") kept[name] = value;
    }
    return kept;
  };
}

/** What the address says, and how to change it: undefined takes a parameter out. */
export function useUrl(): [Search, (changes: Search, options?: { replace?: boolean }) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Search, { replace = false }: { replace?: boolean } = {}) => {
      void navigate({
        to: ".",
        search: ((before: Search) => ({ ...before, ...changes })) as never,
        replace,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const kept = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const text = new URLSearchParams(kept).toString();
  return text === "" ? "" : `?${text}`;
}
