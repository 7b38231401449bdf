"""Starts by app on real servers: the intent, its hold, its command, and the transaction that claims it."""

import asyncio
from datetime import timedelta

import pytest

from backoffice.contracts.admin import AskSettings
from backoffice.contracts.billing import (
    HoldPayment,
    HoldResult,
    HoldStatus,
    ReleaseHold,
)
from backoffice.contracts.identity import IssueVirtualToken
from backoffice.contracts.stations import (
    CommandResult,
    CommandStatus,
    StartOnEvse,
)
from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdTokenType, TokenRef
from tests.backoffice.sessions.harness import (
    FREE,
    SESSION,
    TX,
    Others,
    ended,
    publish,
    session_in,
    start_by_app,
    started,
)
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_start_by_app_is_claimed_by_its_transaction(place: HttpPlace, others: Others, version: str) -> None:
    answer = await start_by_app(place)
    intent = answer.json()
    command = others.were_asked(StartOnEvse)[0]
    if version == "1.6":
        token = TokenRef(f"unspecified-intent:{intent['id']}", "…", IdTokenType.UNSPECIFIED)
        await publish(place, started(token=token))
    else:
        await publish(place, started(token=None, authorization=None, remote_start_id=command.remote_start_id))
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")
    read = await place.http.get(f"/api/v1/sessions/intents/{intent['id']}", headers=place.driver_headers())

    assert (answer.status_code, intent["state"]) == (202, "commanded")
    assert (session["intent_id"], session["driver_id"]) == (intent["id"], "driver-1")
    assert (read.json()["state"], read.json()["session_id"]) == ("started", SESSION)
    assert others.were_asked(HoldPayment)[0].amount == 50


async def test_start_said_twice_is_sent_once(place: HttpPlace, others: Others) -> None:
    first, again = await start_by_app(place), await start_by_app(place)

    assert first.json()["id"] == again.json()["id"]
    assert len(others.were_asked(StartOnEvse)) == 1


async def test_start_repeated_while_the_first_is_on_its_way_is_sent_once(place: HttpPlace, others: Others) -> None:
    others.tokens_together = asyncio.Barrier(2)

    answers = await asyncio.gather(start_by_app(place), start_by_app(place))

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(others.were_asked(StartOnEvse)) == 1


async def test_free_place_holds_nothing(place: HttpPlace, others: Others) -> None:
    others.tariff = FREE

    assert (await start_by_app(place)).json()["state"] == "commanded"
    assert others.were_asked(HoldPayment) == []


async def test_declined_hold_fails_the_intent_and_sends_nothing(place: HttpPlace, others: Others) -> None:
    others.hold = HoldResult(HoldStatus.DECLINED, "card_declined")

    intent = (await start_by_app(place)).json()

    assert (intent["state"], intent["detail"]) == ("failed", "declined: card_declined")
    assert others.were_asked(StartOnEvse) == []


async def test_refused_start_gives_the_hold_back(place: HttpPlace, others: Others) -> None:
    others.command = CommandResult(CommandStatus.REFUSED, "Rejected")

    intent = (await start_by_app(place)).json()

    assert intent["state"] == "failed"
    await eventually(lambda: released(others))


async def test_intent_that_nobody_claims_expires_and_a_late_start_still_becomes_a_session(
    place: HttpPlace, others: Others
) -> None:
    intent = (await start_by_app(place)).json()
    place.clock.advance(timedelta(seconds=121))
    await eventually(lambda: released(others))
    read = await place.http.get(f"/api/v1/sessions/intents/{intent['id']}", headers=place.driver_headers())
    token = TokenRef(f"ref-intent:{intent['id']}", "…", IdTokenType.CENTRAL)
    await publish(place, started(token=token))

    session = await session_in(place, "charging")

    assert read.json()["state"] == "expired"
    assert session["intent_id"] == intent["id"]


async def released(others: Others) -> bool:
    return len(others.were_asked(ReleaseHold)) == 1


async def test_payment_that_is_held_after_its_intent_expired_is_given_back(place: HttpPlace, others: Others) -> None:
    others.tokens_together = asyncio.Barrier(2)  # the token takes its time
    asking = asyncio.create_task(start_by_app(place))
    await eventually(lambda: was_asked(others, IssueVirtualToken))
    place.clock.advance(timedelta(seconds=130))
    await eventually(lambda: was_asked(others, ReleaseHold))
    assert not others.were_asked(HoldPayment)

    await others.tokens_together.wait()
    answer = await asking

    assert answer.json()["state"] == "expired"
    assert others.were_asked(HoldPayment)

    async def is_given_back() -> bool:
        return len(others.were_asked(ReleaseHold)) > 1

    await eventually(is_given_back)


async def was_asked(others: Others, kind: type) -> bool:
    return bool(others.were_asked(kind))


async def test_unknown_place_is_refused(place: HttpPlace) -> None:
    answer = await start_by_app(place, station="NOWHERE")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_start_that_is_repeated_is_answered_also_after_the_station_went_offline(
    place: HttpPlace, others: Others
) -> None:
    first = await start_by_app(place)
    others.is_online = False
    again = await start_by_app(place)
    another = await start_by_app(place, key="start-key-2")

    assert (again.status_code, again.json()) == (202, first.json())
    assert another.status_code == 409


async def test_intent_of_another_driver_does_not_pay_for_a_session(place: HttpPlace, others: Others) -> None:
    second = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, DriverId("driver-2"))
    await publish(place, started(authorization=second))
    await session_in(place, "charging")
    await start_by_app(place)
    [command] = others.were_asked(StartOnEvse)
    await publish(place, TransactionUpdated(transaction_id=TX, remote_start_id=command.remote_start_id), minutes=1)
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert (session["driver_id"], session["intent_id"]) == ("driver-2", None)


async def test_nobody_starts_by_app_where_it_is_switched_off(place: HttpPlace, others: Others) -> None:
    others.starts_by_app = False

    refused = await start_by_app(place)
    again = await start_by_app(place, key="start-key-2")

    assert [answer.status_code for answer in (refused, again)] == [409, 409]
    assert refused.json()["type"].endswith("starts-by-app-off")
    assert len(others.were_asked(AskSettings)) == 1  # the answer is remembered for some seconds
    assert others.were_asked(HoldPayment) == []
