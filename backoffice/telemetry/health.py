"""How a station is, by what it said and by when it could be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.kit.database import Unit
from backoffice.telemetry import health_repository, port_repository
from backoffice.telemetry.errors import StationNotHeardOf
from backoffice.telemetry.health_repository import Counted
from backoffice.telemetry.models import StationEventRow
from backoffice.telemetry.uptime import PortChange, Window, clipped, outages_of
from protocol.domain.identifiers import StationId


@dataclass(frozen=True, slots=True)
class Health:
    """A station in a time. `clock_ahead` is below zero where its clock is behind; None: it never told a time.

    `last_boot` may lie before the time.
    """

    window: Window
    last_seen_at: datetime | None
    last_boot: StationEventRow | None
    counted: Counted
    offline: Sequence[Window]
    clock_ahead: timedelta | None


async def must_be_heard_of(unit: Unit, station_id: StationId) -> None:
    """Returns where there is anything to tell. Raises StationNotHeardOf."""
    if not await health_repository.was_heard_of(unit, station_id):
        raise StationNotHeardOf(station_id)


async def read_health(unit: Unit, station_id: StationId, window: Window) -> Health:
    """How it is. Raises StationNotHeardOf."""
    await must_be_heard_of(unit, station_id)
    begin, end = window.begin, window.end
    changes = await port_repository.list_changes(unit, [station_id], begin=begin, end=end)
    presence = [PortChange(row.at, is_online=row.is_online) for row in changes if row.evse is None]
    return Health(
        window=window,
        last_seen_at=await health_repository.find_last_seen(unit, station_id),
        last_boot=await health_repository.find_last_boot(unit, station_id),
        counted=await health_repository.count_events(unit, station_id, begin=begin, end=end),
        offline=clipped(outages_of(presence, until=end), window),
        clock_ahead=await health_repository.find_clock_offset(unit, station_id),
    )
