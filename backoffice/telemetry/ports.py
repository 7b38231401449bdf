"""Ports: what stations says of them and of closures is kept, and their uptime told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from backoffice.contracts.stations import PlacesClosed, PlacesReopened, StationStatusChanged
from backoffice.contracts.telemetry import AskUptime, PortUptime, PortUptimes
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Database, Unit
from backoffice.telemetry import port_repository
from backoffice.telemetry.domain import ClosedPlaces, PortSaid, ReopenedPlaces
from backoffice.telemetry.errors import ExclusionNotFound
from backoffice.telemetry.models import ClosureRow, ExclusionRow, PortChangeRow
from backoffice.telemetry.uptime import PortChange, Uptime, Window, measure_uptime
from protocol.bus.envelope import RawEnvelope, unique_event_id
from protocol.domain.identifiers import StationId
from protocol.domain.status import ConnectorStatus

_STATIONS_AT_ONCE = 200


class Port(NamedTuple):
    """An EVSE, which is what the rule calls a charging port."""

    station_id: str
    evse: int
    location_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What an operator says an outage was due to."""

    station_id: StationId
    evse: int | None
    window: Window
    cause: str
    note: str


class Ports:
    """Keeps what is said, and measures."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def on_said(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Changes of ports are rows, once each; closures are as they were said last."""
        changes = [_change_of(one.envelope, one.event) for one in deliveries if _is(one, StationStatusChanged)]
        if changes:
            await port_repository.insert_changes(unit, changes)
        for one in deliveries:
            if _is(one, PlacesClosed):
                await port_repository.save_closure(unit, _closure_of(one.envelope, one.event))
            elif _is(one, PlacesReopened):
                await port_repository.save_reopening(unit, _reopening_of(one.envelope, one.event))

    async def answer_uptime(self, question: AskUptime) -> PortUptimes:
        """Of the next stations, until now where the end has not come yet."""
        async with self.database.snapshot(question.tenant) as unit:
            stations = await port_repository.list_stations(
                unit, after=question.after, limit=_STATIONS_AT_ONCE, only=None
            )
            window = Window(question.begin, question.end)
            ports = tuple(
                PortUptime(
                    station_id=StationId(port.station_id),
                    evse=port.evse,
                    location_id=port.location_id,
                    total_s=int(uptime.total.total_seconds()),
                    outage_s=int(uptime.outage.total_seconds()),
                    excluded_s=int(uptime.excluded.total_seconds()),
                )
                for port, uptime in await self.measure(unit, stations, window)
            )
        return PortUptimes(ports, stations[-1] if len(stations) == _STATIONS_AT_ONCE else None)

    async def measure_page(
        self, unit: Unit, window: Window, *, station_id: str | None, after: str, limit: int
    ) -> tuple[Sequence[tuple[Port, Uptime]], str | None]:
        """The ports of `limit` stations, and behind which one the others are."""
        only = None if station_id is None else [station_id]
        stations = await port_repository.list_stations(unit, after=after, limit=limit + 1, only=only)
        shown = stations[:limit]
        return await self.measure(unit, shown, window), shown[-1] if len(stations) > limit else None

    async def measure(self, unit: Unit, station_ids: Sequence[str], window: Window) -> Sequence[tuple[Port, Uptime]]:
        """Every port of the stations with its uptime, by station and EVSE; of time that is to come there is none."""
        begin, end = window.begin, min(window.end, self.clock())
        if begin >= end:
            return []
        rows = await port_repository.list_changes(unit, station_ids, begin=begin, end=end)
        closures = await port_repository.list_closures(unit, begin=begin, end=end)
        exclusions = await port_repository.list_exclusions(unit, station_ids, begin=begin, end=end)
        found = []
        for port, changes in _by_port(rows).items():
            planned = _closed(port, (one for one in closures if one.is_planned), until=end)
            broken = _closed(port, (one for one in closures if not one.is_planned), until=end)
            excluded = [Window(one.since, one.until) for one in exclusions if _is_of(one, port)]
            found.append((port, measure_uptime(Window(begin, end), changes, [*planned, *excluded], broken)))
        return found

    async def exclude(self, unit: Unit, exclusion: Exclusion, *, operator: str) -> ExclusionRow:
        """Minutes of outage in that time do not count any more."""
        now = self.clock()
        row = ExclusionRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            station_id=exclusion.station_id,
            evse=exclusion.evse,
            since=exclusion.window.begin,
            until=exclusion.window.end,
            cause=exclusion.cause,
            note=exclusion.note,
            created_by=operator,
            created_at=now,
        )
        await port_repository.add_exclusion(unit, row)
        return row

    async def list_exclusions(self, unit: Unit, station_id: StationId, window: Window) -> Sequence[ExclusionRow]:
        """What is excluded of the station's outages."""
        return await port_repository.list_exclusions(unit, [station_id], begin=window.begin, end=window.end)

    async def include_again(self, unit: Unit, exclusion_id: str) -> None:
        """The exclusion is gone. Raises ExclusionNotFound."""
        if not await port_repository.delete_exclusion(unit, exclusion_id):
            raise ExclusionNotFound(exclusion_id)


def _is(delivery: Delivery, kind: type[msgspec.Struct]) -> bool:
    return isinstance(delivery.event, kind)


def _change_of(envelope: RawEnvelope, event: StationStatusChanged) -> PortSaid:
    return PortSaid(
        tenant_id=envelope.tenant,
        station_id=event.station_id,
        at=envelope.occurredat or envelope.time,
        event_id=envelope.id,
        evse=event.evse,
        location_id=event.location_id,
        status=event.status,
        is_online=event.is_online,
    )


def _closure_of(envelope: RawEnvelope, event: PlacesClosed) -> ClosedPlaces:
    return ClosedPlaces(
        tenant_id=envelope.tenant,
        closure_id=event.closure_id,
        location_id=event.location_id,
        places=msgspec.to_builtins(event.places),
        since=event.since,
        until=event.until,
        is_planned=event.is_planned,
        said_at=envelope.time,
    )


def _reopening_of(envelope: RawEnvelope, event: PlacesReopened) -> ReopenedPlaces:
    places = msgspec.to_builtins(event.places)
    return ReopenedPlaces(envelope.tenant, event.closure_id, event.location_id, places, event.at)


def _by_port(rows: Sequence[PortChangeRow]) -> dict[Port, list[PortChange]]:
    """Each port's changes by time, with those of its station; the location is the one that was said last."""
    location_of = {row.station_id: row.location_id for row in rows}
    of_station: dict[str, list[PortChange]] = defaultdict(list)
    of_port: dict[tuple[str, int], list[PortChange]] = defaultdict(list)
    for row in rows:
        status = ConnectorStatus(row.status) if row.status else None
        change = PortChange(row.at, is_online=row.is_online, status=status, is_of_station=row.evse is None)
        if row.evse is None:
            of_station[row.station_id].append(change)
        else:
            of_port[row.station_id, row.evse].append(change)
    return {
        Port(station_id, evse, location_of[station_id]): [*of_station[station_id], *changes]
        for (station_id, evse), changes in sorted(of_port.items())
    }


def _closed(port: Port, closures: Iterable[ClosureRow], *, until: datetime) -> Iterator[Window]:
    for closure in closures:
        if any(place["station_id"] == port.station_id and place["evse"] == port.evse for place in closure.places):
            ends = [end for end in (closure.reopened_at, closure.until) if end is not None]
            yield Window(closure.since, min(ends, default=until))


def _is_of(exclusion: ExclusionRow, port: Port) -> bool:
    return exclusion.station_id == port.station_id and exclusion.evse in (None, port.evse)
