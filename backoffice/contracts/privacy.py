"""What every service with personal data answers: what it has of a driver, and what is in the way of forgetting them.

It forgets when it hears DriverDeleted (`identity.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from backoffice.contracts.query import Query
from protocol.domain.identifiers import DriverId, TenantId

HOLDERS = ("identity", "profiles", "tariffs", "reservations", "sessions", "billing", "notifications")
"""The services that have rows of drivers."""

HINDERERS = ("reservations", "sessions", "billing")
"""Those of them with whom something may be unfinished."""


class AskPersonalData(msgspec.Struct, frozen=True):
    """What is there of this driver? `after`: `next` of the answer before."""

    tenant: TenantId
    driver_id: DriverId
    after: str | None = None


class PersonalRecord(msgspec.Struct, frozen=True):
    """A row. `kind` says of which: the name of a table in the export."""

    kind: str
    values: dict[str, Any]  # Any: each kind has its own members


class PersonalData(msgspec.Struct, frozen=True):
    """Some of it, as much as one message carries; `next` None: that was all."""

    records: tuple[PersonalRecord, ...] = ()
    next: str | None = None

    @classmethod
    def of(cls, rows: Sequence[tuple[str, dict[str, Any]]], following: str | None) -> "PersonalData":  # Any: as above
        """The answer of these rows, each with its kind."""
        return cls(tuple(PersonalRecord(kind, values) for kind, values in rows), following)


class AskObstacles(msgspec.Struct, frozen=True):
    """What has to be finished before this driver can be forgotten?"""

    tenant: TenantId
    driver_id: DriverId


class Obstacles(msgspec.Struct, frozen=True):
    """A sentence each; none: nothing."""

    reasons: tuple[str, ...] = ()


PERSONAL_DATA_OF: Mapping[str, Query[AskPersonalData, PersonalData]] = {
    service: Query(service, "personal_data", AskPersonalData, PersonalData) for service in HOLDERS
}
OBSTACLES_OF: Mapping[str, Query[AskObstacles, Obstacles]] = {
    service: Query(service, "obstacles_to_deletion", AskObstacles, Obstacles) for service in HINDERERS
}
