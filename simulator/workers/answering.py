"""A worker's share of the stations, asked by the process that started it."""

import msgspec

from protocol.domain.identifiers import StationId, StationKey, TenantId
from simulator.control.errors import ControlError
from simulator.control.local import LocalFleet
from simulator.control.orders import StationQuestion
from simulator.control.views import show_event
from simulator.fleet import Fleet, FleetEvent
from simulator.workers.messages import Answered, Asked, CountAccepted, Declined, Do, Heard, Question, Summarize


class Answerer:
    """Make it before the fleet starts."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._local = LocalFleet(fleet)

    def show(self, event: FleetEvent) -> Heard:
        """What happened, as the control shows it."""
        return Heard(msgspec.Raw(show_event(event).model_dump_json()))

    async def answer(self, asked: Asked) -> Answered | Declined:
        """The answer, or why there is none."""
        try:
            return Answered(asked.number, msgspec.Raw(await self._answer(asked.question)))
        except ControlError as error:
            return Declined(asked.number, type(error).__name__, str(error), error.advice)

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
