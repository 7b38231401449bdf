"""Starts by app at an EVSE that is reserved: with the reservation's token, and by nobody else."""

from datetime import timedelta

import pytest

from backoffice.contracts.identity import IssueVirtualToken
from backoffice.contracts.reservations import Holder
from backoffice.contracts.stations import StartOnEvse
from protocol.domain.identifiers import DriverId, IdTokenType, TokenRef
from tests.backoffice.sessions.harness import Others, publish, session_in, start_by_app, started
from tests.factories.places import HttpPlace

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OURS, ANOTHERS = Holder(DriverId("driver-1"), "reservation-7"), Holder(DriverId("driver-2"), "reservation-8")


@pytest.mark.parametrize("begins_in", [-MINUTE, 10 * MINUTE], ids=["in its time", "a little early"])
async def test_driver_starts_with_the_token_that_the_station_keeps_the_evse_for(
    place: HttpPlace, others: Others, begins_in: timedelta
) -> None:
    begin = place.clock() + begins_in
    others.reserved = (OURS, begin, begin + HOUR)

    intent = (await start_by_app(place)).json()
    token = TokenRef("unspecified-reservation-7", "…", IdTokenType.UNSPECIFIED)
    await publish(place, started(token=token))

    [asked] = others.were_asked(IssueVirtualToken)
    assert (asked.purpose, intent["state"]) == ("reservation-7", "commanded")
    assert (await session_in(place, "charging"))["intent_id"] == intent["id"]


async def test_evse_of_another_driver_is_refused_before_anything_is_held(place: HttpPlace, others: Others) -> None:
    begin = place.clock() - MINUTE
    others.reserved = (ANOTHERS, begin, begin + HOUR)

    refused = await start_by_app(place)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:chargeyard:problem:evse-reserved")
    assert not others.were_asked(StartOnEvse)


async def test_evse_that_is_another_drivers_later_is_free_now(place: HttpPlace, others: Others) -> None:
    begin = place.clock() + 10 * MINUTE
    others.reserved = (ANOTHERS, begin, begin + HOUR)

    assert (await start_by_app(place)).json()["state"] == "commanded"
    [asked] = others.were_asked(IssueVirtualToken)
    assert asked.purpose.startswith("intent:")
