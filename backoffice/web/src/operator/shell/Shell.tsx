/** Around every page: navigation, search, who is logged in; and what is told live to all of them. */
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { LANGUAGES, type Language, chooseLanguage, useLanguage } from "../../kit/i18n";
import { logOut, useLogin } from "../../kit/login";
import { chooseTheme, theme, type Theme } from "../../kit/theme";
import { Banner, Button, Skeleton, Toasts } from "../../kit/ui";
import { useWords } from "../parts/words";
import { Finder } from "./Finder";
import { Login } from "./Login";
import { useOperatorEvents } from "./events";
import { type Group, PLACES } from "./places";
import { useMay } from "./scopes";
import "./shell.css";
import { type ShellTexts, useShellTexts } from "./texts";

const GROUPS: ReadonlyArray<Group> = ["network", "charging", "money", "platform"];

export function Shell() {
  const login = useLogin();
  return (
    <>
      {login === null ? <Login /> : <Frame />}
      <Toasts />
    </>
  );
}

function Frame() {
  const texts = useShellTexts();
  const [isOpen, open] = useState(false);
  const { pathname } = useLocation();
  const live = useOperatorEvents();
  const isOnline = useOnline();
  const content = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    open(false);
    // Another page begins at its content; the one that was opened first, where the browser begins.
    if (shown.current !== pathname) content.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  useTitle();
  return (
    <div className="shell" data-open={isOpen} onKeyDown={(event) => event.key === "Escape" && open(false)}>
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <aside className="side">
        <div className="brand">
          <span className="brand-mark" aria-hidden="true" />
          Chargeyard
        </div>
        <Navigation />
        <Account />
      </aside>
      <div className="main">
        <header className="top">
          <button type="button" className="menu" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            ☰<span className="only-read">{texts.menu}</span>
          </button>
          <Finder />
        </header>
        <main id="content" ref={content} tabIndex={-1}>
          {!isOnline && <Banner tone="warn">{texts.offline}</Banner>}
          {isOnline && live === "broken" && <Banner tone="warn">{texts.broken}</Banner>}
          <Suspense fallback={<Skeleton height="16rem" label="…" />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
    </div>
  );
}

function Navigation() {
  const texts = useShellTexts();
  const may = useMay();
  return (
    <nav className="nav" aria-label={texts.navigation}>
      {GROUPS.map((group) => {
        const places = PLACES.filter((place) => place.group === group && may(place.scope));
        if (places.length === 0) return null;
        return (
          <div key={group}>
            <h2 id={`nav-${group}`}>{texts[group]}</h2>
            <ul aria-labelledby={`nav-${group}`}>
              {places.map((place) => (
                <li key={place.path}>
                  <Link to={place.path as "/"} activeOptions={{ exact: place.path === "/", includeSearch: false }}>
                    {texts[place.title as keyof ShellTexts]}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function Account() {
  const texts = useShellTexts();
  const words = useWords();
  const login = useLogin();
  const language = useLanguage();
  const [chosen, choose] = useState<Theme>(theme);
  return (
    <details className="account">
      <summary>
        {texts.account} <span className="quiet small">{words(login?.role ?? "")}</span>
      </summary>
      <div className="stack">
        <label>
          <span className="small">{texts.theme}</span>
          <select
            value={chosen}
            onChange={(event) => {
              const next = event.target.value as Theme;
              chooseTheme(next);
              choose(next);
            }}
          >
            {(["auto", "light", "dark"] as const).map((one) => (
              <option key={one} value={one}>
                {texts[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="small">{texts.language}</span>
          <select value={language} onChange={(event) => chooseLanguage(event.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Button size="small" onClick={() => void logOut()}>
          {texts.logOut}
        </Button>
      </div>
    </details>
  );
}

/** The tab of the browser is named as the page. */
function useTitle(): void {
  const { pathname } = useLocation();
  const texts = useShellTexts();
  useEffect(() => {
    const [, first = "", id] = pathname.split("/");
    const place = PLACES.find((one) => one.path === `/${first}`);
    const title = place === undefined ? "" : texts[place.title as keyof ShellTexts];
    document.title = [id === undefined ? "" : decodeURIComponent(id), title, "Chargeyard"].filter(Boolean).join(" · ");
  }, [pathname, texts]);
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}
