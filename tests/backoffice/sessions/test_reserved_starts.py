"""Starts by app at an EVSE that is reserved: with the reservation's token, and by nobody else."""

from datetime import datetime, timedelta

import pytest

from backoffice.contracts.identity import IssueVirtualToken
from backoffice.contracts.reservations import HOLDER_OF, AskHolder, Holder
from backoffice.contracts.stations import Place, StartOnEvse
from backoffice.kit.bus import Answerer
from backoffice.kit.errors import BusUnavailable
from protocol.domain.identifiers import DriverId, IdTokenType, TokenRef
from tests.backoffice.sessions.harness import CP001, Others, publish, session_in, start_by_app, started
from tests.factories.places import HttpPlace

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OURS, ANOTHERS = Holder(DriverId("driver-1"), "reservation-7"), Holder(DriverId("driver-2"), "reservation-8")


class WithReservations(Others):
    """The services around, of which reservations knows one holder of one EVSE, for a time."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.reserved: tuple[Holder, datetime, datetime] | None = None

    def answerers(self) -> list[Answerer]:
        others = [answerer for answerer in super().answerers() if answerer.query is not HOLDER_OF]
        return [*others, Answerer(HOLDER_OF, self._holder_at)]

    async def _holder_at(self, question: AskHolder) -> Holder:
        if self.is_away:
            raise BusUnavailable("told to fail")
        if self.reserved is None or question.place != Place(CP001, 1):
            return Holder()
        holder, begin, end = self.reserved
        return holder if begin <= question.at < end else Holder()


@pytest.fixture
def others() -> WithReservations:
    return WithReservations()


@pytest.mark.parametrize("begins_in", [-MINUTE, 10 * MINUTE], ids=["in its time", "a little early"])
async def test_driver_starts_with_the_token_that_the_station_keeps_the_evse_for(
    place: HttpPlace, others: WithReservations, begins_in: timedelta
) -> None:
    begin = place.clock() + begins_in
    others.reserved = (OURS, begin, begin + HOUR)

    intent = (await start_by_app(place)).json()
    token = TokenRef("unspecified-reservation-7", "…", IdTokenType.UNSPECIFIED)
    await publish(place, started(token=token))

    [asked] = others.were_asked(IssueVirtualToken)
    assert (asked.purpose, intent["state"]) == ("reservation-7", "commanded")
    assert (await session_in(place, "charging"))["intent_id"] == intent["id"]


async def test_evse_of_another_driver_is_refused_before_anything_is_held(
    place: HttpPlace, others: WithReservations
) -> None:
    begin = place.clock() - MINUTE
    others.reserved = (ANOTHERS, begin, begin + HOUR)

    refused = await start_by_app(place)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:chargeyard:problem:evse-reserved")
    assert not others.were_asked(StartOnEvse)


async def test_evse_that_is_another_drivers_later_is_free_now(place: HttpPlace, others: WithReservations) -> None:
    begin = place.clock() + 10 * MINUTE
    others.reserved = (ANOTHERS, begin, begin + HOUR)

    assert (await start_by_app(place)).json()["state"] == "commanded"
    [asked] = others.were_asked(IssueVirtualToken)
    assert asked.purpose.startswith("intent:")


async def test_driver_starts_as_ever_where_reservations_is_silent(place: HttpPlace, others: WithReservations) -> None:
    others.is_away = True

    assert (await start_by_app(place)).json()["state"] == "commanded"
