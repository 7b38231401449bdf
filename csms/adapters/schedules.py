"""Dynamic profiles: asked of stations, the service, which set them."""

import structlog

from csms.adapters.asking import ask
from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.smart_charging.messages import ScheduleUpdateReply
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.bus.subjects import query_subject

log = structlog.get_logger(__name__)

_UPDATE = query_subject("stations", "schedule_update")


class BusSchedules:
    """Asks over the bus; where nobody answers in time the station goes on as before."""

    def __init__(self, bus: NatsBus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def ask_update(self, question: AskScheduleUpdate) -> ScheduleUpdateReply:
        """What the profile says now, or Rejected."""
        try:
            return await ask(self._bus, _UPDATE, question, ScheduleUpdateReply, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("dynamic profile not known", reason=str(error))
            return ScheduleUpdateReply(status="Rejected", reason="NoAnswer")
