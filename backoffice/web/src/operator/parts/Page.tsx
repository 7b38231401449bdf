/** How a page is set: its head, facts in pairs, tabs that are links, figures in a row. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Cell, type Row } from "./cell";
import "./page.css";
import { useUrl } from "./url";
import { useWords } from "./words";

export function Page({ title, aside, actions, children }: { title: ReactNode; aside?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="page">
      <header className="page-head">
        <div className="row">
          <h1>{title}</h1>
          {aside}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Pairs of a name and what `row` has there. */
export function Facts<T extends object>({ of, names }: { of: T; names: ReadonlyArray<keyof T & string> }) {
  const words = useWords();
  return (
    <dl className="facts">
      {names.map((name) => (
        <div key={name}>
          <dt>{words(name)}</dt>
          <dd>
            <Cell name={name} row={of as Row} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export interface Tab {
  name: string;
  title: string;
  isShown?: boolean;
  content: () => ReactNode;
}

/** The tab that the address names, or the first. */
export function Tabs({ label, tabs }: { label: string; tabs: ReadonlyArray<Tab> }) {
  const [search] = useUrl();
  const shown = tabs.filter((tab) => tab.isShown !== false);
  const current = shown.find((tab) => tab.name === search["tab"]) ?? shown[0];
  return (
    <>
      <nav className="tabs" aria-label={label}>
        {shown.map((tab) => (
          <Link
            key={tab.name}
            to="."
            search={{ tab: tab.name } as never}
            resetScroll={false}
            aria-current={tab === current ? "page" : undefined}
          >
            {tab.title}
          </Link>
        ))}
      </nav>
      <div className="stack" key={current?.name}>
        {current?.content()}
      </div>
    </>
  );
}

export function Figure({ label, children, tone }: { label: string; children: ReactNode; tone?: "bad" | "warn" }) {
  return (
    <div className="figure-box" data-tone={tone}>
      <span className="quiet small">{label}</span>
      <span className="figure">{children}</span>
    </div>
  );
}
