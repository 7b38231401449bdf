"""Reservations as stations take them and end them, and EVSEs whose transactions are told in any order."""

import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backoffice.kit.testing import eventually
from protocol.blocks.reservation.events import ReservationStatusReported
from protocol.blocks.reservation.messages import ReservationEnd
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import TenantId, TransactionId
from protocol.domain.status import ChargingState
from tests.backoffice.stations.harness import CP001, DEFAULT, T0, Node, add_station, shown
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

TX = TransactionId("T1")


async def command(place: HttpPlace, name: str, body: dict[str, Any], *, status: str = "Accepted") -> None:
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode({"status": status})))
    await node.listen()
    answer = await place.http.post(
        f"/api/v1/stations/CP001/commands/{name}", json=body, headers=place.operator_headers()
    )
    assert answer.status_code == 200, answer.text


async def reserve(place: HttpPlace, *, status: str = "Accepted", hours: int = 1, **fields: Any) -> None:
    expires_at = (place.clock() + timedelta(hours=hours)).isoformat()
    body = {"token": "CARD1234", "expires_at": expires_at, "evse": 1, "reservation_id": 7, "group": "FAMILY"}
    await command(place, "reserve", body | fields, status=status)


async def reservations(place: HttpPlace, *, tenant: TenantId = DEFAULT, **params: Any) -> Any:
    answer = await place.http.get(
        "/api/v1/stations/CP001/reservations", params=params, headers=place.operator_headers(tenant=tenant)
    )
    return answer.json()


async def become(place: HttpPlace, state: str) -> dict[str, Any]:
    async def is_so() -> dict[str, Any]:
        items = (await reservations(place))["items"]
        return items[0] if items and items[0]["state"] == state else {}

    return await eventually(is_so, what=f"a reservation that is {state}")


async def test_accepted_reservation_is_shown_and_its_token_is_not(place: HttpPlace) -> None:
    await add_station(place)
    await reserve(place)

    (shown_one,) = (await reservations(place))["items"]

    assert (shown_one["reservation_id"], shown_one["state"], shown_one["evse"]) == (7, "held", 1)
    assert (shown_one["token_mask"], shown_one["has_group"]) == ("…234", True)


async def test_refused_reservation_is_none(place: HttpPlace) -> None:
    await add_station(place)
    await reserve(place, status="Occupied")

    assert (await reservations(place))["items"] == []


@pytest.mark.parametrize(("end", "state"), [(ReservationEnd.EXPIRED, "expired"), (ReservationEnd.REMOVED, "removed")])
async def test_station_tells_how_it_ended_and_another_may_have_its_number(
    place: HttpPlace, end: ReservationEnd, state: str
) -> None:
    await add_station(place)
    await reserve(place)
    fact = ReservationStatusReported(7, end)

    await place.publish_fact(fact, station=CP001, received_at=place.clock())
    await become(place, state)
    await reserve(place)

    await become(place, "held")


async def test_end_that_is_heard_before_the_answer_stands(place: HttpPlace) -> None:
    await add_station(place)
    late = place.clock() + timedelta(minutes=1)
    await place.publish_fact(
        ReservationStatusReported(7, ReservationEnd.REMOVED), station=CP001, received_at=late, event_id="e", digest="d"
    )
    await become(place, "removed")

    await reserve(place)

    assert (await become(place, "removed"))["token_mask"] == "…234"


async def test_reservation_is_used_by_the_transaction_that_names_it(place: HttpPlace) -> None:
    await add_station(place)
    await reserve(place)

    started = TransactionStarted(transaction_id=TX, evse=1, reservation_id=7)
    await place.publish_fact(started, station=CP001, received_at=place.clock())

    assert (await become(place, "used"))["transaction_id"] == TX


async def test_cancelled_reservation_is_cancelled(place: HttpPlace) -> None:
    await add_station(place)
    await reserve(place)

    await command(place, "cancel_reservation", {"reservation_id": 7})

    await become(place, "cancelled")


async def test_reservations_come_in_pages_and_to_their_own_tenant(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, tenant=TenantId("other"))
    for number in (1, 2, 3):
        await reserve(place, reservation_id=number)

    first = await reservations(place, limit=2)
    second = await reservations(place, limit=2, cursor=first["next_cursor"])

    assert [one["reservation_id"] for one in (*first["items"], *second["items"])] == [3, 2, 1]
    assert (await reservations(place, tenant=TenantId("other")))["items"] == []


EVENTS: tuple[TransactionFact, ...] = (
    TransactionStarted(transaction_id=TX, evse=1, seq_no=0, charging_state=ChargingState.EV_CONNECTED),
    TransactionUpdated(transaction_id=TX, seq_no=1, evse=1, charging_state=ChargingState.CHARGING),
    TransactionUpdated(transaction_id=TX, seq_no=2, evse=1, charging_state=ChargingState.SUSPENDED_EV),
    TransactionEnded(transaction_id=TX, seq_no=3, evse=1),
)


async def tell(place: HttpPlace, fact: TransactionFact, *, nth: int, minutes: int | None = None) -> None:
    """The nth message that comes, of an instant that its seqNo tells."""
    at = T0 + timedelta(minutes=minutes if minutes is not None else fact.seq_no or 0)
    await place.publish_fact(fact, station=CP001, occurred_at=at, received_at=T0 + timedelta(hours=1, seconds=nth))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
async def test_evse_is_idle_after_its_transaction_in_whatever_order_it_is_told(
    place: HttpPlace, order: tuple[int, ...]
) -> None:
    await add_station(place)
    for nth, index in enumerate(order):
        await tell(place, EVENTS[index], nth=nth)
    another = TransactionStarted(transaction_id=TransactionId("T2"), evse=1, seq_no=0, reservation_id=1)
    await place.publish_fact(another, station=CP001, received_at=T0 + timedelta(hours=2))
    await become(place, "used")  # everything before was consumed

    (evse,) = (await shown(place))["evses"]

    assert evse["charging_state"] is None


async def test_overtaken_update_does_not_change_what_the_evse_does(place: HttpPlace) -> None:
    await add_station(place)
    for nth, index in enumerate((0, 2, 1)):
        await tell(place, EVENTS[index], nth=nth)
    await place.publish_fact(ReservationStatusReported(1, ReservationEnd.EXPIRED), station=CP001)
    await become(place, "expired")

    (evse,) = (await shown(place))["evses"]

    assert evse["charging_state"] == "SuspendedEV"


async def test_later_start_by_the_name_of_a_transaction_that_ended_is_another_one(place: HttpPlace) -> None:
    await add_station(place)
    for nth, index in enumerate((0, 3)):
        await tell(place, EVENTS[index], nth=nth)
    await tell(place, EVENTS[0], nth=5, minutes=30)
    await place.publish_fact(ReservationStatusReported(1, ReservationEnd.EXPIRED), station=CP001)
    await become(place, "expired")

    (evse,) = (await shown(place))["evses"]

    assert evse["charging_state"] == "EVConnected"
