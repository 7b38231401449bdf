"""A worker's share of the stations, asked by the process that started it.

Invariants:
1. Each question has one answer: whatever goes wrong with one, the share lives on, and the next is answered.
2. What is read too late is not done: who asked has been told so, and may have asked again.
"""

import logging
import time
from collections.abc import Callable

import msgspec

from protocol.domain.identifiers import StationId, StationKey, TenantId
from simulator.control.errors import Away, Broken, ControlError
from simulator.control.local import LocalFleet
from simulator.control.orders import StationQuestion
from simulator.control.views import show_event
from simulator.fleet import Fleet, FleetEvent
from simulator.workers.messages import (
    Answered,
    Asked,
    CountAccepted,
    Declined,
    Do,
    Heard,
    Question,
    Summarize,
    decline,
)

_LOGGER = logging.getLogger(__name__)
_LOOK = "its standard error says more; look at the station before you ask again"


class Answerer:
    """Make it before the fleet starts. `now` is `time.monotonic`, but for tests."""

    def __init__(self, fleet: Fleet, *, now: Callable[[], float] = time.monotonic) -> None:
        self._fleet = fleet
        self._local = LocalFleet(fleet)
        self._now = now

    def show(self, event: FleetEvent) -> Heard:
        """What happened, as the control shows it."""
        return Heard(msgspec.Raw(show_event(event).model_dump_json()))

    async def answer(self, asked: Asked) -> Answered | Declined:
        """The answer, or why there is none."""
        try:
            if self._now() > asked.until_s:
                raise Away("the question came too late, and nothing was done", advice="ask again")
            return Answered(asked.number, msgspec.Raw(await self._answer(asked.question)))
        except ControlError as error:
            return decline(asked.number, error)
        except Exception as error:
            _LOGGER.exception("question %d has failed", asked.number)
            return decline(asked.number, Broken(f"the simulator has failed: {error!r}", advice=_LOOK))

    async def _answer(self, question: Question) -> bytes | str:
        match question:
            case Do(tenant, station_id, order):
                key = StationKey(TenantId(tenant), StationId(station_id))
                return (await self._local.carry_out(key, order)).model_dump_json()
            case StationQuestion():
                return (await self._local.stations(question)).model_dump_json()
            case CountAccepted():
                return msgspec.json.encode(self._local.accepted_now())
            case Summarize():
                return msgspec.json.encode(self._fleet.summary())
