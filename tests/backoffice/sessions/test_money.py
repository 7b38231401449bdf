"""Sessions whose driver has a tariff of their own, that draw on a prepaid account, or that nobody we know pays."""

from decimal import Decimal
from typing import Any

from backoffice.contracts.billing import HoldPayment, HoldResult, HoldStatus
from backoffice.contracts.sessions import START_AD_HOC, AdHocStart, ChargingSessionCompleted, StartAdHoc
from backoffice.contracts.stations import StartOnEvse
from backoffice.contracts.tariffs import TariffInForce
from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, TokenRef
from tests.backoffice.sessions.harness import (
    CP001,
    DEFAULT,
    TX,
    Others,
    ended,
    publish,
    reading,
    said,
    session_in,
    started,
)
from tests.factories.places import HttpPlace

PREPAID = Authorization(
    AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, account="card-1", credit=Decimal("1.00")
)
START = StartAdHoc(DEFAULT, "payment-1", CP001, 1)
OF_TERMINAL = TokenRef("ref-paid", "…1", IdTokenType.DIRECT_PAYMENT)
ACCEPTED = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY)


async def completed(place: HttpPlace) -> ChargingSessionCompleted:
    """The only event: of a session of nobody the beginning is not said."""
    (found,) = [one for one in await said(place, 1) if isinstance(one, ChargingSessionCompleted)]
    return found


async def test_tariff_is_asked_for_the_driver_and_again_once_there_is_one(place: HttpPlace, others: Others) -> None:
    await publish(place, started(seq_no=0, token=None, authorization=None))

    async def is_asked() -> list[Any]:
        return others.were_asked(TariffInForce)

    await eventually(is_asked)
    known = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, DriverId("driver-7"))
    card = TokenRef("ref-7", "…7", IdTokenType.ISO14443)
    await publish(place, TransactionUpdated(transaction_id=TX, seq_no=1, token=card, authorization=known), minutes=1)
    await publish(place, ended(seq_no=2), minutes=2)

    await session_in(place, "completed")

    assert [one.driver_id for one in others.were_asked(TariffInForce)] == [None, "driver-7"]


async def test_session_of_a_prepaid_card_says_which_account_pays(place: HttpPlace) -> None:
    await publish(place, started(authorization=PREPAID))
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")
    event = await completed(place)

    assert (event.prepaid_account, event.driver_id, session["limit_wanted"]["max_cost"]) == ("card-1", None, "1.00")


async def test_station_that_keeps_to_no_limit_is_stopped_once_the_credit_is_spent(
    place: HttpPlace, others: Others
) -> None:
    await publish(place, started(authorization=PREPAID))
    await session_in(place, "charging")

    async def has_tariff() -> bool:
        return (await session_in(place, "charging"))["tariff_id"] is not None

    await eventually(has_tariff)
    await place.publish_fact(reading("21000", minutes=30), station=CP001)

    async def is_stopped() -> bool:
        return any(type(one).__name__ == "StopTransaction" for one in others.asked)

    await eventually(is_stopped)


async def test_start_that_nobody_we_know_has_paid_is_sent_once(place: HttpPlace, others: Others) -> None:
    others.hold = HoldResult(HoldStatus.HELD, reference="psp-9")

    first = await place.bus.ask(START_AD_HOC, START)
    again = await place.bus.ask(START_AD_HOC, START)

    (command,) = others.were_asked(StartOnEvse)
    assert first == again == AdHocStart("commanded", "")
    assert command.id_token == IdToken("psp-9", IdTokenType.DIRECT_PAYMENT)
    assert [one.driver_id for one in others.were_asked(TariffInForce)] == [None]
    assert [(one.driver_id, one.intent_id) for one in others.were_asked(HoldPayment)] == [("payment-1", "payment-1")]


async def test_its_session_is_nobodys_and_has_the_hold(place: HttpPlace, others: Others) -> None:
    await place.bus.ask(START_AD_HOC, START)
    (command,) = others.were_asked(StartOnEvse)

    await publish(place, started(token=OF_TERMINAL, authorization=ACCEPTED, remote_start_id=command.remote_start_id))
    await publish(place, ended(), minutes=60)

    await session_in(place, "completed")
    event = await completed(place)
    assert (event.intent_id, event.driver_id, event.prepaid_account) == ("payment-1", None, None)


async def test_declined_card_starts_nothing(place: HttpPlace, others: Others) -> None:
    others.hold = HoldResult(HoldStatus.DECLINED, detail="card_declined")

    start = await place.bus.ask(START_AD_HOC, START)

    assert start == AdHocStart("failed", "declined: card_declined")
    assert others.were_asked(StartOnEvse) == []
