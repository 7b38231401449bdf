/** Every page of the app: its address, what one must be allowed to see it, where the navigation has it. */
import type { Scope } from "../../api/types.gen";
import type { ComponentType } from "react";

export type Group = "network" | "charging" | "money" | "platform";

export interface Place {
  path: string;
  /** The key of its title (`texts.ts`). */
  title: string;
  /** Where the navigation has it; pages of one thing are not in it. */
  group?: Group;
  scope: Scope;
  /** The parameters of its address. */
  search?: ReadonlyArray<string>;
  page: () => Promise<{ default: ComponentType }>;
}

const LIST = ["cursor", "sort"];

export const PLACES: ReadonlyArray<Place> = [
  { path: "/", title: "overview", group: "network", scope: "sites:read", search: ["view", "state"], page: () => import("../pages/overview/Overview") },
  { path: "/stations", title: "stations", group: "network", scope: "sites:read", search: [...LIST, "q", "connection", "state", "model"], page: () => import("../pages/stations/Stations") },
  { path: "/stations/$id", title: "station", scope: "sites:read", search: [...LIST, "tab", "measurand", "hours", "direction", "action", "verdict", "message_id", "text", "command", "template", "at"], page: () => import("../pages/station/Station") },
  { path: "/locations", title: "locations", group: "network", scope: "sites:read", search: LIST, page: () => import("../pages/locations/Locations") },
  { path: "/locations/$id", title: "location", scope: "sites:read", search: [...LIST, "tab"], page: () => import("../pages/locations/Location") },
  { path: "/alarms", title: "alarms", group: "network", scope: "platform:read", search: [...LIST, "tab", "state"], page: () => import("../pages/alarms/Alarms") },
  { path: "/onboarding", title: "onboarding", group: "network", scope: "stations:read", search: [...LIST, "tab", "station_id"], page: () => import("../pages/onboarding/Onboarding") },
  { path: "/campaigns", title: "campaigns", group: "network", scope: "stations:read", search: [...LIST, "tab"], page: () => import("../pages/campaigns/Campaigns") },
  { path: "/campaigns/$id", title: "campaign", scope: "stations:read", search: LIST, page: () => import("../pages/campaigns/Campaign") },
  { path: "/closures", title: "closures", group: "network", scope: "sites:read", search: [...LIST, "location_id", "state", "from", "days"], page: () => import("../pages/closures/Closures") },
  { path: "/sessions", title: "sessions", group: "charging", scope: "sessions:read", search: [...LIST, "station_id", "driver_id", "state", "from", "to"], page: () => import("../pages/sessions/Sessions") },
  { path: "/sessions/$id", title: "session", scope: "sessions:read", search: ["tab"], page: () => import("../pages/sessions/Session") },
  { path: "/bays", title: "bays", group: "charging", scope: "sites:read", search: [...LIST, "tab", "location_id"], page: () => import("../pages/bays/Bays") },
  { path: "/reservations", title: "reservations", group: "charging", scope: "reservations:read", search: [...LIST, "tab", "from", "days", "location_id", "state", "driver_id"], page: () => import("../pages/reservations/Reservations") },
  { path: "/drivers", title: "drivers", group: "charging", scope: "tokens:read", search: [...LIST, "tab", "driver_id"], page: () => import("../pages/drivers/Drivers") },
  { path: "/drivers/$id", title: "driver", scope: "tokens:read", search: [...LIST, "tab", "month"], page: () => import("../pages/drivers/Driver") },
  { path: "/tariffs", title: "tariffs", group: "money", scope: "tariffs:read", search: LIST, page: () => import("../pages/tariffs/Tariffs") },
  { path: "/tariffs/$id", title: "tariff", scope: "tariffs:read", search: [...LIST, "tab"], page: () => import("../pages/tariffs/Tariff") },
  { path: "/invoices", title: "invoices", group: "money", scope: "invoices:read", search: [...LIST, "state", "kind", "from", "to"], page: () => import("../pages/billing/Invoices") },
  { path: "/invoices/$id", title: "invoice", scope: "invoices:read", page: () => import("../pages/billing/Invoice") },
  { path: "/books", title: "books", group: "money", scope: "billing:read", search: [...LIST, "tab", "state", "kind", "account", "about", "subject", "from", "to"], page: () => import("../pages/billing/Books") },
  { path: "/reports", title: "reports", group: "money", scope: "reports:read", search: [...LIST, "tab", "kind", "by", "from", "to", "site"], page: () => import("../pages/reports/Reports") },
  { path: "/health", title: "health", group: "platform", scope: "platform:read", search: ["sort"], page: () => import("../pages/platform/Health") },
  { path: "/repair", title: "repair", group: "platform", scope: "platform:read", search: [...LIST, "tab", "service", "station_id"], page: () => import("../pages/platform/Repair") },
  { path: "/notices", title: "notices", group: "platform", scope: "notices:read", search: [...LIST, "tab", "state", "channel", "kind"], page: () => import("../pages/platform/Notices") },
  { path: "/settings", title: "settings", group: "platform", scope: "platform:read", search: ["tab", "location_id"], page: () => import("../pages/platform/Settings") },
  { path: "/staff", title: "staff", group: "platform", scope: "users:read", search: [...LIST, "tab"], page: () => import("../pages/platform/Staff") },
  { path: "/audit", title: "audit", group: "platform", scope: "audit:read", search: [...LIST, "who", "what", "from", "to", "request_id"], page: () => import("../pages/platform/Audit") },
  { path: "/simulator", title: "simulator", group: "platform", scope: "tenants:write", search: [...LIST, "condition", "q"], page: () => import("../pages/platform/Simulator") },
];
