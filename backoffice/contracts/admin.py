"""What admin says and answers. Key of the settings' event: the setting's name; of the alarms': the alarm id."""

import msgspec

from backoffice.contracts.query import Query
from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import TenantId

SERVICES = (
    "identity",
    "profiles",
    "stations",
    "tariffs",
    "reservations",
    "sessions",
    "billing",
    "notifications",
    "telemetry",
    "reporting",
    "admin",
)
"""Every service of the back office: whom admin asks."""


STARTS_BY_APP = "sessions.starts_by_app"
"""The switch that lets drivers start by app, in a tenant or at one location."""


class SettingChanged(msgspec.Struct, frozen=True):
    """A setting has another value from now on, in the whole tenant or at one location. `value` is JSON."""

    name: str
    location_id: str | None
    value: str
    version: int


class AlarmRaised(msgspec.Struct, frozen=True):
    """Something that is measured is as it must not be. `kind` is a rule's, `about` the thing, `detail` for people."""

    alarm_id: str
    kind: str
    about: str
    severity: str
    detail: str


TOLD_OTHERWISE = frozenset({"station_offline", "station_faulted"})
"""Kinds of alarms of which the staff are told by what stations says, sooner."""


class AlarmAcknowledged(msgspec.Struct, frozen=True):
    """Somebody of the staff knows, and sees to it."""

    alarm_id: str
    kind: str
    about: str
    by: str


class AlarmCleared(msgspec.Struct, frozen=True):
    """It is as it should be again."""

    alarm_id: str
    kind: str
    about: str


EVENTS = (
    EventRow(SettingChanged, Kind.DOMAIN, "admin", "setting_changed"),
    EventRow(AlarmRaised, Kind.DOMAIN, "admin", "alarm_raised"),
    EventRow(AlarmAcknowledged, Kind.DOMAIN, "admin", "alarm_acknowledged"),
    EventRow(AlarmCleared, Kind.DOMAIN, "admin", "alarm_cleared"),
)


class AskSettings(msgspec.Struct, frozen=True):
    """Which values do these settings have, at this location or in the tenant at large?"""

    tenant: TenantId
    names: tuple[str, ...]
    location_id: str | None = None


class SettingValues(msgspec.Struct, frozen=True):
    """The values as JSON, by name: the location's, else the tenant's, else what holds by itself."""

    values: dict[str, msgspec.Raw]


SETTINGS = Query("admin", "settings", AskSettings, SettingValues)
