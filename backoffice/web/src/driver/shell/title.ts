import { useEffect } from "react";

/** The window is called after its page: what a screen reader says first, and what a history lists. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Chargeyard`;
  }, [title]);
}
