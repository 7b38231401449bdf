"""Which service answers which paths below `/api/v1`: what stands before services that run apart goes by this table.

The longest prefix counts. What no service owns, the pages of the front ends and the descriptions of the interface,
is answered by `FRONT`.
"""

from collections.abc import Mapping, Sequence

PREFIX = "/api/v1"
FRONT = "admin"
PATHS_OF_SERVICE: Mapping[str, Sequence[str]] = {
    "identity": (
        "/api-keys",
        "/auth",
        "/master-passes",
        "/me",
        "/onboarding/tags",
        "/prepaid-cards",
        "/staff",
        "/tenants",
        "/token-groups",
        "/tokens",
    ),
    "profiles": ("/profiles",),
    "stations": (
        "/bays",
        "/campaigns",
        "/certificates",
        "/closures",
        "/configuration-templates",
        "/locations",
        "/onboarding",
        "/places",
        "/stations",
        "/tolerance",
        "/uploads",
    ),
    "tariffs": ("/tariffs",),
    "reservations": ("/reservations",),
    "sessions": ("/parking-sessions", "/sessions"),
    "billing": ("/billing",),
    "notifications": ("/notifications",),
    "telemetry": ("/telemetry",),
    "reporting": ("/reports",),
    "admin": ("/admin", "/live", "/simulator"),
}
_SERVICE_OF_PREFIX = sorted(
    ((f"{PREFIX}{path}", service) for service, paths in PATHS_OF_SERVICE.items() for path in paths),
    key=lambda row: len(row[0]),
    reverse=True,
)


def service_of_path(path: str) -> str:
    """Whose `path` is."""
    return next(
        (service for prefix, service in _SERVICE_OF_PREFIX if path == prefix or path.startswith(f"{prefix}/")), FRONT
    )
