"""Sessions that nobody ends: idle, lost and endless ones."""

from datetime import timedelta

from backoffice.contracts.sessions import ChargingSessionIdle
from backoffice.contracts.stations import StopTransaction
from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.status import ChargingState
from tests.backoffice.sessions.harness import CP001, T0, TX, Others, ended, publish, reading, said, session_in, started
from tests.factories.places import HttpPlace


async def test_driver_is_told_once_that_no_energy_flows(place: HttpPlace) -> None:
    await publish(place, started())
    for minutes in (30, 35):
        paused = TransactionUpdated(transaction_id=TX, evse=1, charging_state=ChargingState.SUSPENDED_EV)
        await publish(place, paused, minutes=minutes)
    await session_in(place, "suspended")

    [_, idle] = await said(place, 2)

    assert isinstance(idle, ChargingSessionIdle)
    assert (idle.driver_id, idle.since) == ("driver-1", T0 + timedelta(minutes=30))


async def test_session_of_which_nobody_hears_ends_with_the_last_that_was_heard(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    await place.publish_fact(reading("5000", minutes=40), station=CP001)

    async def has_energy() -> bool:
        return bool((await session_in(place, "charging"))["energy_wh"] == "4000")

    await eventually(has_energy)
    place.clock.advance(timedelta(hours=25))

    session = await session_in(place, "completed")
    assert (session["energy_wh"], session["stopped_reason"]) == ("4000", "Lost")
    assert session["ended_at"] == "2026-05-04T10:40:00Z"
    assert "end_missing" in session["flags"]

    await publish(place, ended(), minutes=300)

    async def is_flagged() -> bool:
        return "told_after_the_bill" in (await session_in(place, "completed"))["flags"]

    await eventually(is_flagged)


async def test_session_that_goes_on_and_on_is_stopped(place: HttpPlace, others: Others) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    await place.publish_fact(reading("5000", minutes=8 * 24 * 60), station=CP001)

    async def is_told_to_stop() -> bool:
        return bool(others.were_asked(StopTransaction))

    await eventually(is_told_to_stop)
