"""Reading a station's variables after its boot: traffic of our own, off unless it is switched on.

Certification tools fail a CSMS for it, and some stations lose their connection over it.
"""

from datetime import timedelta

import msgspec
import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.stations import repository
from backoffice.stations.command_bodies import some_id
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import QueueFull
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import GetBaseReport, GetVariables, ReportBase
from protocol.domain.identifiers import StationId, StationKey
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.versions import route_of_message

log = structlog.get_logger(__name__)

_WAITS = timedelta(minutes=5)


class ReadOut:
    """Asks for every variable once a station has booted and was accepted."""

    def __init__(self, dispatch: Dispatch, *, clock: Clock) -> None:
        self._dispatch = dispatch
        self._clock = clock

    async def on_booted(self, event: StationBooted, delivery: Delivery, unit: Unit) -> None:
        """The question waits in the station's queue of commands, unless the boot is long past."""
        now, subject = self._clock(), delivery.envelope.subject
        is_fresh = now - delivery.envelope.received_at < _WAITS
        is_accepted = event.registration is RegistrationStatus.ACCEPTED
        if is_fresh and is_accepted and await repository.has_station(unit, subject):
            key = StationKey(unit.tenant, StationId(subject))
            try:
                question = _question_for(event.version)
                await self._dispatch.enqueue(unit, key, question, by="stations", queue_until=now + _WAITS)
            except QueueFull as full:
                log.info("variables not read", station_id=subject, reason=str(full))


def _question_for(version: OcppVersion) -> msgspec.Struct:
    """A report of everything; a read of every variable where the version knows no reports."""
    try:
        route_of_message(version, GetBaseReport)
    except NotExpressible:
        return GetVariables()
    return GetBaseReport(some_id(), ReportBase.FULL)
