/** The addresses of the driver's app. Mails, messages and QR codes lead to some of them: they stay as they are. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { current } from "../kit/login";
import { findSearch } from "./find/search";
import { historySearch } from "./history/search";
import { pages } from "./pages";
import { Bare } from "./shell/Bare";
import { NotFound, PageFault, PageLoading } from "./shell/faults";
import { Shell } from "./shell/Shell";

const root = createRootRoute();
const bare = createRoute({ getParentRoute: () => root, id: "bare", component: Bare });
const mine = createRoute({
  getParentRoute: () => root,
  id: "mine",
  component: Shell,
  beforeLoad: ({ location }) => {
    if (current() === null) throw redirect({ to: "/login", search: { next: location.href }, replace: true });
  },
});

const inboxSearch = (search: Record<string, unknown>): { unread?: true } => (search["unread"] === true ? { unread: true } : {});
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
/** Texts that may be missing: what a search parameter is, once the router has read it (a code may look like a number). */
function texts<Name extends string>(...names: readonly Name[]) {
  return (search: Record<string, unknown>) => {
    const found: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const value = search[name];
      const said = text(typeof value === "number" ? String(value) : value);
      if (said !== undefined) found[name] = said;
    }
    return found;
  };
}

const under = <Path extends string>(path: Path) => ({ getParentRoute: () => mine, path }) as const;
const open = <Path extends string>(path: Path) => ({ getParentRoute: () => bare, path }) as const;

const routes = root.addChildren([
  bare.addChildren([
    createRoute({ ...open("/login"), validateSearch: texts("next"), component: lazyRouteComponent(pages.login, "LoginPage") }),
    createRoute({ ...open("/register"), validateSearch: texts("next"), component: lazyRouteComponent(pages.register, "RegisterPage") }),
    createRoute({ ...open("/reset-password"), validateSearch: texts("code", "email"), component: lazyRouteComponent(pages.forgotten, "ForgottenPage") }),
    createRoute({ ...open("/guest"), validateSearch: texts("s", "e", "v", "t", "tenant"), component: lazyRouteComponent(pages.guest, "GuestPage") }),
    createRoute({ ...open("/guest/$tenant/$paymentId"), component: lazyRouteComponent(pages.guestCharge, "GuestChargePage") }),
    createRoute({ ...open("/guest/receipts/$tenant/$sessionId/$seal"), component: lazyRouteComponent(pages.guestReceipt, "GuestReceiptPage") }),
  ]),
  mine.addChildren([
    createRoute({ ...under("/"), validateSearch: findSearch, component: lazyRouteComponent(pages.find, "FindPage") }),
    createRoute({ ...under("/places/$locationId"), component: lazyRouteComponent(pages.place, "PlacePage") }),
    createRoute({ ...under("/evse/$stationId/$evse"), component: lazyRouteComponent(pages.evse, "EvsePage") }),
    createRoute({ ...under("/$tenant/evse/$stationId/$evse"), component: lazyRouteComponent(pages.evse, "EvsePage") }),
    createRoute({ ...under("/bay/$bayId"), component: lazyRouteComponent(pages.bay, "BayPage") }),
    createRoute({ ...under("/$tenant/bay/$bayId"), component: lazyRouteComponent(pages.bay, "BayPage") }),
    createRoute({ ...under("/starting/$intentId"), component: lazyRouteComponent(pages.starting, "StartingPage") }),
    createRoute({ ...under("/sessions"), validateSearch: historySearch, component: lazyRouteComponent(pages.history, "HistoryPage") }),
    createRoute({ ...under("/sessions/$sessionId"), component: lazyRouteComponent(pages.session, "SessionPage") }),
    createRoute({ ...under("/stays/$stayId"), component: lazyRouteComponent(pages.stay, "StayPage") }),
    createRoute({ ...under("/receipts/$sessionId"), component: lazyRouteComponent(pages.receipt, "ReceiptPage") }),
    createRoute({ ...under("/months/$month"), component: lazyRouteComponent(pages.month, "MonthPage") }),
    createRoute({ ...under("/reserve"), validateSearch: texts("place", "move"), component: lazyRouteComponent(pages.reserve, "ReservePage") }),
    createRoute({ ...under("/reservations"), component: lazyRouteComponent(pages.reservations, "ReservationsPage") }),
    createRoute({ ...under("/reservations/$reservationId"), component: lazyRouteComponent(pages.reservation, "ReservationPage") }),
    createRoute({ ...under("/inbox"), validateSearch: inboxSearch, component: lazyRouteComponent(pages.inbox, "InboxPage") }),
    createRoute({ ...under("/verify"), validateSearch: texts("code"), component: lazyRouteComponent(pages.verify, "VerifyPage") }),
    createRoute({ ...under("/me"), component: lazyRouteComponent(pages.me, "MePage") }),
    createRoute({ ...under("/me/vehicles"), component: lazyRouteComponent(pages.vehicles, "VehiclesPage") }),
    createRoute({ ...under("/me/cards"), validateSearch: texts("next"), component: lazyRouteComponent(pages.cards, "CardsPage") }),
    createRoute({ ...under("/me/tokens"), component: lazyRouteComponent(pages.tokens, "TokensPage") }),
    createRoute({ ...under("/me/favourites"), component: lazyRouteComponent(pages.favourites, "FavouritesPage") }),
    createRoute({ ...under("/me/notices"), component: lazyRouteComponent(pages.notices, "NoticesPage") }),
    createRoute({ ...under("/me/data"), component: lazyRouteComponent(pages.data, "DataPage") }),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: PageFault,
  defaultPendingComponent: PageLoading,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
