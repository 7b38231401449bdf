"""What happens at one location, live: its EVSEs, its parking bays and its closures."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, NamedTuple

import msgspec
from fastapi import APIRouter, Depends

from backoffice.kit.guards import PlacesReader
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.stations import closure_repository, repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.errors import LocationNotFound
from protocol.bus.envelope import RawEnvelope
from protocol.bus.subjects import Stream, domain_events_of, domain_events_of_any
from protocol.domain.identifiers import TenantId

router = APIRouter(prefix="/locations", tags=["locations"])

_BAY_EVENTS, _CLOSURE_EVENTS = ("bay_occupied", "bay_vacated"), ("places_closed", "places_reopened")
# Above this one filter for the whole tenant is less work for the stream than one of so many subjects.
_KEYS_NAMED_AT_MOST = 300


class _AtLocation(msgspec.Struct):
    """What all of these events have."""

    location_id: str


class Watched(NamedTuple):
    """A location, and the subjects on which it is spoken of."""

    location_id: str
    subjects: Sequence[str]

    def show(self, envelope: RawEnvelope) -> str | None:
        """The event, without the reference to a plate; None where it was about another location."""
        data = bytes(envelope.data)
        if msgspec.json.decode(data, type=_AtLocation).location_id != self.location_id:
            return None
        shown = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        shown.pop("plate_ref", None)
        return msgspec.json.encode(shown).decode()


async def _watched(location_id: str, principal: PlacesReader, stations: StationsDep) -> Watched:
    """Checked before the first byte of a stream is sent."""
    async with stations.database.snapshot(principal.tenant) as unit:
        if await repository.find_location(unit, location_id) is None:
            raise LocationNotFound(location_id)
        places = await closure_repository.places_at(unit, location_id)
    stations_there = {place.station_id for place in places if place.station_id is not None}
    bays_there = {place.bay_id for place in places if place.bay_id is not None}
    return Watched(location_id, _subjects(principal.tenant, sorted(stations_there), sorted(bays_there)))


@router.get("/{location_id}/events", response_class=EventSourceResponse)
async def follow_location(
    watched: Annotated[Watched, Depends(_watched)], events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """`status_changed`, `bay_occupied`, `bay_vacated`, `places_closed` and `places_reopened` at the location, live.

    First comes the newest of each kind about each station, bay and closure. What is added to the location later is
    heard of after the next connect.
    """
    async for event in events.follow_stream(Stream.DOMAIN, filter_subject=watched.subjects, show=watched.show):
        yield event


def _subjects(tenant: TenantId, stations: Sequence[str], bays: Sequence[str]) -> list[str]:
    subjects = [domain_events_of_any(tenant, service="stations", event=event) for event in _CLOSURE_EVENTS]
    if len(stations) + len(bays) > _KEYS_NAMED_AT_MOST:
        anything = ("status_changed", *_BAY_EVENTS)
        return subjects + [domain_events_of_any(tenant, service="stations", event=event) for event in anything]
    subjects += [
        domain_events_of(tenant, key=station, service="stations", event="status_changed") for station in stations
    ]
    return subjects + [
        domain_events_of(tenant, key=bay, service="stations", event=event) for bay in bays for event in _BAY_EVENTS
    ]
