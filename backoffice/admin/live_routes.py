"""What happens in the whole network, live, for those who run it."""

from collections.abc import AsyncIterator

import msgspec
from fastapi import APIRouter

from backoffice.kit.auth import Principal, Scope
from backoffice.kit.guards import SitesReader
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from protocol.bus.envelope import RawEnvelope
from protocol.bus.subjects import Stream, domain_events_of_any

router = APIRouter(prefix="/live", tags=["admin"])

_EVENTS_OF_SCOPE = {
    Scope.SITES_READ: (("stations", "status_changed"),),
    Scope.SESSIONS_READ: (("sessions", "started"), ("sessions", "updated"), ("sessions", "completed")),
    Scope.PLATFORM_READ: (("admin", "alarm_raised"), ("admin", "alarm_acknowledged"), ("admin", "alarm_cleared")),
}
# Of these alone do events tell the location.
_SCOPES_OF_A_SITE = (Scope.SITES_READ,)


class _AtLocation(msgspec.Struct):
    location_id: str


@router.get("/operator", response_class=EventSourceResponse)
async def follow_network(operator: SitesReader, events: EventStreamDep) -> AsyncIterator[ServerSentEvent]:
    """`status_changed`; sessions' `started`, `updated` and `completed`; `alarm_raised`, `_acknowledged` and `_cleared`.

    From now on, or from `Last-Event-ID`: what was before is read elsewhere, once this stream is open. Whoever may not
    read a kind is sent none of it; a site host hears of their locations' stations alone.
    """

    def show(envelope: RawEnvelope) -> str | None:
        data = bytes(envelope.data)
        if operator.sites is not None and msgspec.json.decode(data, type=_AtLocation).location_id not in operator.sites:
            return None
        return data.decode()

    async for event in events.follow_stream(
        Stream.DOMAIN, filter_subject=_subjects(operator), show=show, begins_now=True
    ):
        yield event


def _subjects(operator: Principal) -> list[str]:
    scopes = _EVENTS_OF_SCOPE if operator.sites is None else _SCOPES_OF_A_SITE
    return [
        domain_events_of_any(operator.tenant, service=service, event=event)
        for scope in scopes
        if operator.may(scope)
        for service, event in _EVENTS_OF_SCOPE[scope]
    ]
