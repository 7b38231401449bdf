/** The frame of a driver's own pages: where to go, what runs now, and what waits to be read. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { energy, money } from "../../kit/format";
import { textsOf } from "../../kit/i18n";
import { useLive } from "../../kit/live";
import { useLogin } from "../../kit/login";
import { running, unread } from "../queries";
import { Icon, type IconName } from "./icons";
import { OfflineBanner } from "./OfflineBanner";

const useTexts = textsOf({
  en: {
    skip: "To the content",
    menu: "Main menu",
    find: "Find",
    history: "Charges",
    reservations: "Reserved",
    inbox: "Inbox",
    me: "Me",
    unread: (count: number) => `${count} unread`,
    charging: "Charging now",
    parked: "Parked now",
  },
  de: {
    skip: "Zum Inhalt",
    menu: "Hauptmenü",
    find: "Finden",
    history: "Laden",
    reservations: "Reserviert",
    inbox: "Postfach",
    me: "Ich",
    unread: (count: number) => `${count} ungelesen`,
    charging: "Lädt gerade",
    parked: "Parkt gerade",
  },
});

const PLACES: ReadonlyArray<{ to: "/" | "/sessions" | "/reservations" | "/inbox" | "/me"; text: "find" | "history" | "reservations" | "inbox" | "me"; icon: IconName }> = [
  { to: "/", text: "find", icon: "find" },
  { to: "/sessions", text: "history", icon: "bolt" },
  { to: "/reservations", text: "reservations", icon: "calendar" },
  { to: "/inbox", text: "inbox", icon: "bell" },
  { to: "/me", text: "me", icon: "person" },
];

export function Shell() {
  const texts = useTexts();
  const isLoggedIn = useLogin() !== null;
  const navigate = useNavigate();
  useEffect(() => {
    if (isLoggedIn) return;
    // Whoever logs out does so on their own pages, and who comes next begins anew.
    const isOver = location.pathname.startsWith("/me");
    void navigate({ to: "/login", search: isOver ? {} : { next: location.pathname + location.search } });
  }, [isLoggedIn, navigate]);
  const waiting = useInbox(isLoggedIn);
  useFocusOnPage();
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <nav className="tabs" aria-label={texts.menu}>
        <span className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Chargeyard
        </span>
        {PLACES.map((one) => (
          <Link key={one.to} to={one.to} className="tab" activeOptions={{ exact: one.to === "/", includeSearch: false }}>
            <Icon name={one.icon} />
            <span>{texts[one.text]}</span>
            {one.to === "/inbox" && waiting > 0 && (
              <span className="tab-count">
                <span aria-hidden="true">{waiting > 99 ? "99+" : waiting}</span>
                <span className="only-read">{texts.unread(waiting)}</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="shell-body">
        <OfflineBanner />
        <RunningBar isLoggedIn={isLoggedIn} />
        <main id="content" tabIndex={-1}>
          {/* Whoever is logged out has no page, until the login is there: it would ask again, as nobody. */}
          {isLoggedIn && <Outlet />}
        </main>
      </div>
    </div>
  );
}

/** A page that was opened by a link has the focus: a keyboard goes on from its beginning, and a reader reads it. */
function useFocusOnPage(): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current !== pathname) document.getElementById("content")?.focus({ preventScroll: true });
    before.current = pathname;
  }, [pathname]);
}

/** How many messages wait, live. */
function useInbox(isLoggedIn: boolean): number {
  const client = useQueryClient();
  const { data } = useQuery({ ...unread(), enabled: isLoggedIn });
  useLive(isLoggedIn ? "/api/v1/notifications/inbox/events" : null, () => {
    void client.invalidateQueries({ queryKey: ["inbox"] });
    void client.invalidateQueries({ queryKey: ["sessions"] });
  });
  return data?.unread ?? 0;
}

/** Leads to what runs, from every page but its own. */
function RunningBar({ isLoggedIn }: { isLoggedIn: boolean }) {
  const texts = useTexts();
  const { data } = useQuery({ ...running(), enabled: isLoggedIn });
  const session = data?.sessions[0];
  const stay = data?.stays[0];
  if (session !== undefined) {
    return (
      <Link to="/sessions/$sessionId" params={{ sessionId: session.id }} className="running" activeProps={{ hidden: true }}>
        <span className="running-dot" aria-hidden="true" />
        <strong>{texts.charging}</strong>
        <span className="number">
          {energy(session.energy_wh)} · {money(session.cost_incl_vat, session.currency || "EUR")}
        </span>
        <Icon name="next" />
      </Link>
    );
  }
  if (stay === undefined) return null;
  return (
    <Link to="/stays/$stayId" params={{ stayId: stay.id }} className="running" activeProps={{ hidden: true }}>
      <Icon name="parking" />
      <strong>{texts.parked}</strong>
      <span className="number">{money(stay.cost_incl_vat, stay.currency || "EUR")}</span>
      <Icon name="next" />
    </Link>
  );
}
