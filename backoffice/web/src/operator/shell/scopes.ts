/** What each role may do, as `backoffice/kit/auth.py` says it; a test compares both. What one may not is not offered. */
import type { Role, Scope } from "../../api/types.gen";
import { useLogin } from "../../kit/login";

const READS: ReadonlyArray<Scope> = [
  "places:read",
  "sites:read",
  "stations:read",
  "telemetry:read",
  "sessions:read",
  "evidence:read",
  "reservations:read",
  "tariffs:read",
  "invoices:read",
  "billing:read",
  "tokens:read",
  "reports:read",
  "notices:read",
  "platform:read",
];

const OPERATES: ReadonlyArray<Scope> = [
  "self",
  ...READS,
  "stations:write",
  "stations:command",
  "sessions:stop",
  "reservations:write",
  "tariffs:write",
  "policies:write",
  "billing:write",
  "tokens:write",
  "tokens:adopt",
  "reports:write",
  "notices:write",
  "platform:write",
];

export const SCOPES_OF_ROLE: Partial<Record<Role, ReadonlyArray<Scope>>> = {
  site_host: ["self", "places:read", "sites:read", "sessions:read", "reports:read", "reports:write"],
  operator: OPERATES,
  finance: [
    "self",
    "places:read",
    "sites:read",
    "sessions:read",
    "evidence:read",
    "tariffs:read",
    "invoices:read",
    "billing:read",
    "billing:write",
    "books:write",
    "reports:read",
    "reports:write",
  ],
  admin: [...OPERATES, "users:read", "users:write", "tenants:read", "tenants:write", "books:write", "audit:read"],
  read_only: ["self", ...READS],
};

/** Whether who is logged in may do this. */
export function useMay(): (scope: Scope) => boolean {
  const login = useLogin();
  const scopes = login === null ? undefined : SCOPES_OF_ROLE[login.role];
  return (scope) => scopes?.includes(scope) ?? false;
}
