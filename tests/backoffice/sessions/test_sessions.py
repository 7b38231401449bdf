"""Sessions on real servers: facts in every order, deferred verdicts, SSE; the other services are played."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.contracts.sessions import ChargingSessionCompleted, ChargingSessionStarted, ChargingSessionUpdated
from backoffice.contracts.stations import (
    CommandResult,
    CommandStatus,
    StopTransaction,
)
from backoffice.kit.testing import eventually
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, TenantId, TokenRef, TransactionId
from protocol.domain.status import ChargingState, ConnectorStatus
from tests.backoffice.sessions.harness import (
    CARD,
    CP001,
    DEFAULT,
    SESSION,
    T0,
    TX,
    Others,
    element_of,
    ended,
    energy,
    publish,
    reading,
    said,
    session_in,
    started,
    tariff_json,
)
from tests.factories.places import HttpPlace


async def test_session_is_completed_with_its_price(place: HttpPlace) -> None:
    await publish(place, started())
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert (session["energy_wh"], session["cost_incl_vat"], session["currency"]) == ("20000", "10.00", "EUR")
    first, last = await said(place, 2)
    assert isinstance(first, ChargingSessionStarted)
    assert isinstance(last, ChargingSessionCompleted)
    assert last.total_incl_vat == Decimal("10.00")
    assert last.driver_id == "driver-1"


FACTS: Sequence[Callable[[HttpPlace], Any]] = (
    lambda place: publish(place, started()),
    lambda place: publish(
        place, TransactionUpdated(transaction_id=TX, charging_state=ChargingState.SUSPENDED_EV), minutes=30
    ),
    lambda place: publish(place, ended(), minutes=60),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_facts_in_any_order_and_twice_make_the_same_session(place: HttpPlace, order: tuple[int, ...]) -> None:
    for index in (*order, *reversed(order)):
        await FACTS[index](place)

    session = await session_in(place, "completed")

    assert session["energy_wh"] == "20000"
    assert session["cost_incl_vat"] == "10.00"
    assert session["driver_id"] == "driver-1"
    events = await said(place, 2)
    assert {type(event) for event in events} == {ChargingSessionStarted, ChargingSessionCompleted}


async def test_second_end_with_other_values_changes_nothing(place: HttpPlace) -> None:
    await publish(place, started())
    await publish(place, ended(), minutes=60)
    await session_in(place, "completed")
    await publish(place, ended(meter_wh="99000"), minutes=61)
    await publish(place, started(meter_wh="5"), minutes=62)

    async def flagged() -> dict[str, Any]:
        session = await session_in(place, "completed")
        return session if {"second_end", "second_start"} <= set(session["flags"]) else {}

    session = await eventually(flagged)
    assert session["energy_wh"] == "20000"


async def test_running_session_shows_energy_power_and_cost(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    await eventually(lambda: tariff_known(place))
    await publish(place, TransactionUpdated(transaction_id=TX, charging_state=ChargingState.CHARGING), minutes=10)
    await place.publish_fact(reading("3000", minutes=10), station=CP001)

    async def shown() -> dict[str, Any]:
        session = await session_in(place, "charging")
        return session if session["energy_wh"] == "2000" else {}

    session = await eventually(shown)
    assert (session["power_w"], session["cost_incl_vat"]) == ("7200", "1.00")
    _, updated = await said(place, 2)
    assert isinstance(updated, ChargingSessionUpdated)
    assert updated.energy_wh == 2000


async def test_reading_that_comes_after_the_end_decides_where_the_tariff_asks_for_power(
    place: HttpPlace, others: Others
) -> None:
    slow, fast = energy("0.1"), energy("0.5")
    others.tariff = tariff_json(f'{{"price_components":[{slow}],"restrictions":{{"max_power":10}}}}', element_of(fast))
    await publish(place, started())
    await eventually(lambda: tariff_known(place))
    await publish(place, ended(), minutes=60)
    await session_in(place, "ending")
    await place.publish_fact(reading("2000", minutes=30), station=CP001)

    session = await session_in(place, "completed")

    # 1 kWh at 2 kW and 19 kWh at 38 kW; at 20 kW throughout it were 10.00.
    assert session["cost_incl_vat"] == "9.60"


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_time_without_energy_is_parking(place: HttpPlace, others: Others, version: str) -> None:
    parking = '{"type":"PARKING_TIME","price":6,"step_size":1}'
    others.tariff = tariff_json(element_of(energy("0.5")), element_of(parking))
    await publish(place, started())
    if version == "1.6":
        status = ConnectorStatusReported(ConnectorStatus.OCCUPIED, evse=1, charging_state=ChargingState.SUSPENDED_EV)
        await publish(place, status, minutes=40)
    else:
        update = TransactionUpdated(transaction_id=TX, charging_state=ChargingState.SUSPENDED_EV)
        await publish(place, update, minutes=40)
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert session["cost_incl_vat"] == "12.00"
    assert [(line["dimension"], line["element"]) for line in session["lines"]] == [("ENERGY", 0), ("PARKING_TIME", 1)]


async def tariff_known(place: HttpPlace) -> bool:
    return bool((await session_in(place, "charging"))["tariff_id"])


@pytest.mark.parametrize(
    ("start_wh", "end_wh", "energy_wh", "flag"),
    [
        ("1000", None, "4000", "no_register_at_end"),
        (None, "21000", "18000", "no_register_at_start"),
        ("1000", "500", "0", "register_fell"),
    ],
)
async def test_missing_or_falling_registers_are_flagged_and_never_negative(
    place: HttpPlace, start_wh: str | None, end_wh: str | None, energy_wh: str, flag: str
) -> None:
    await publish(place, started(meter_wh=start_wh))
    await session_in(place, "charging")
    for register, minutes in (("3000", 10), ("5000", 20)):
        await place.publish_fact(reading(register, minutes=minutes), station=CP001)
    await eventually(lambda: registers_kept(place))
    await publish(place, ended(meter_wh=end_wh), minutes=60)

    session = await session_in(place, "completed")

    assert session["energy_wh"] == energy_wh
    assert flag in session["flags"]


async def registers_kept(place: HttpPlace) -> bool:
    stream = await place.bus.jetstream.consumers_info("READINGS")
    return all(consumer.num_pending == 0 and consumer.num_ack_pending == 0 for consumer in stream)


async def test_refused_token_makes_no_drivers_session(place: HttpPlace) -> None:
    refused = Authorization(AuthorizationStatus.INVALID, AuthorizationBasis.IDENTITY)
    await publish(place, started(authorization=refused))
    await publish(place, ended(), minutes=1)

    session = await session_in(place, "unauthorised")

    assert session["driver_id"] is None
    assert session["flags"] == ["refused_invalid"]


async def test_deferred_verdict_is_asked_later(place: HttpPlace, others: Others) -> None:
    deferred = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED)
    await publish(place, started(authorization=deferred))
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert session["driver_id"] == "driver-1"
    assert others.were_asked(AuthorizeToken)[0].token_ref == "ref-card"


async def test_deferred_verdict_on_a_later_card_is_asked_too(place: HttpPlace, others: Others) -> None:
    deferred = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED)
    await publish(place, started(authorization=None, token=None))
    await publish(place, TransactionUpdated(transaction_id=TX, token=CARD, authorization=deferred), minutes=1)
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert session["driver_id"] == "driver-1"
    assert others.were_asked(AuthorizeToken)[0].token_ref == "ref-card"


async def test_deferred_verdict_that_is_no_stops_the_transaction(place: HttpPlace, others: Others) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.BLOCKED)
    await publish(
        place, started(authorization=Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED))
    )

    await session_in(place, "unauthorised")

    async def stopped() -> bool:
        return len(others.were_asked(StopTransaction)) == 1

    await eventually(stopped)


OTHER_CARD = TokenRef(ref="ref-other", mask="…OTH", type=CARD.type)
REFUSED = Authorization(AuthorizationStatus.INVALID, AuthorizationBasis.IDENTITY)
DEFERRED = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED)
ACCEPTED_LATER = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, DriverId("driver-2"))


async def test_good_card_after_a_bad_one_pays(place: HttpPlace) -> None:
    facts = (
        (started(token=CARD, authorization=REFUSED), 0),
        (TransactionUpdated(transaction_id=TX, token=OTHER_CARD, authorization=ACCEPTED_LATER), 1),
        (ended(), 60),
    )
    for fact, minutes in facts:
        await publish(place, fact, minutes=minutes)

    session = await session_in(place, "completed")

    assert (session["driver_id"], session["flags"]) == ("driver-2", ["refused_invalid"])
    assert session["energy_wh"] == "20000"


async def test_whoever_ends_a_refused_session_does_not_pay_for_it(place: HttpPlace) -> None:
    await publish(place, started(token=CARD, authorization=REFUSED))
    await publish(place, ended(token=OTHER_CARD, authorization=ACCEPTED_LATER), minutes=60)
    await publish(place, started(transaction_id=TransactionId("tx-2")), minutes=61)

    session = await session_in(place, "unauthorised")

    assert session["driver_id"] is None


async def test_token_of_the_end_is_the_drivers_where_no_other_was_shown(place: HttpPlace) -> None:
    await publish(place, started(token=None, authorization=None))
    await publish(place, ended(token=OTHER_CARD, authorization=ACCEPTED_LATER), minutes=60)

    assert (await session_in(place, "completed"))["driver_id"] == "driver-2"


async def test_stop_of_a_refused_session_is_owed_until_stations_has_it(place: HttpPlace, others: Others) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.BLOCKED)
    others.is_stop_failing = True
    await publish(place, started(authorization=DEFERRED))
    await session_in(place, "unauthorised")
    others.is_stop_failing = False

    async def has_stopped() -> bool:
        return bool(others.were_asked(StopTransaction))

    await eventually(has_stopped)


@pytest.mark.parametrize("status", [CommandStatus.UNKNOWN, CommandStatus.OFFLINE])
@pytest.mark.slow
async def test_stop_that_nobody_may_have_heard_is_asked_for_again(
    place: HttpPlace, others: Others, status: CommandStatus
) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.BLOCKED)
    others.command = CommandResult(status)
    await publish(place, started(authorization=DEFERRED))

    async def asked_again() -> bool:
        return len(others.were_asked(StopTransaction)) == 2

    await eventually(asked_again)
    others.command = CommandResult(CommandStatus.ACCEPTED)

    async def asked_once_more() -> bool:
        return len(others.were_asked(StopTransaction)) == 3

    await eventually(asked_once_more)
    await asyncio.sleep(1.0)
    assert len(others.were_asked(StopTransaction)) == 3


async def test_good_card_takes_the_owed_stop_away(place: HttpPlace, others: Others) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.BLOCKED)
    others.is_online = False
    await publish(place, started(authorization=DEFERRED))
    await session_in(place, "unauthorised")
    await publish(
        place, TransactionUpdated(transaction_id=TX, token=OTHER_CARD, authorization=ACCEPTED_LATER), minutes=1
    )
    await session_in(place, "charging")
    others.is_online = True
    await asyncio.sleep(2.5)

    assert others.were_asked(StopTransaction) == []


async def test_deferred_verdict_is_asked_about_the_card_that_was_deferred(place: HttpPlace, others: Others) -> None:
    await publish(place, started(authorization=None, token=None))
    await publish(place, TransactionUpdated(transaction_id=TX, token=CARD, authorization=REFUSED), minutes=1)
    await publish(place, TransactionUpdated(transaction_id=TX, token=OTHER_CARD, authorization=DEFERRED), minutes=2)
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert session["driver_id"] == "driver-1"
    assert {question.token_ref for question in others.were_asked(AuthorizeToken)} == {"ref-other"}


async def test_deferred_card_after_a_bad_one_is_judged(place: HttpPlace, others: Others) -> None:
    await publish(place, started(authorization=REFUSED))
    await publish(place, TransactionUpdated(transaction_id=TX, token=OTHER_CARD, authorization=DEFERRED), minutes=1)

    session = await session_in(place, "charging")

    assert session["driver_id"] == "driver-1"
    assert others.were_asked(AuthorizeToken)[0].token_ref == "ref-other"


async def test_stop_is_asked_of_the_station_and_answered_by_its_word(place: HttpPlace, others: Others) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    stop = f"/api/v1/sessions/{SESSION}/stop"

    accepted = await place.http.post(stop, headers=place.driver_headers())
    others.command = CommandResult(CommandStatus.OFFLINE)
    offline = await place.http.post(stop, headers=place.driver_headers())
    others.command = CommandResult(CommandStatus.UNKNOWN)
    unknown = await place.http.post(stop, headers=place.driver_headers())
    await publish(place, ended(), minutes=60)
    await session_in(place, "completed")
    over = await place.http.post(stop, headers=place.driver_headers())

    statuses = (accepted.status_code, offline.status_code, unknown.status_code, over.status_code)
    assert statuses == (202, 409, 504, 409)


async def test_driver_sees_own_sessions_only(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    url = f"/api/v1/sessions/{SESSION}"

    own = await place.http.get("/api/v1/sessions", headers=place.driver_headers())
    others_ = await place.http.get("/api/v1/sessions", headers=place.driver_headers("driver-2"))

    assert [item["id"] for item in own.json()["items"]] == [SESSION]
    assert others_.json()["items"] == []
    assert (await place.http.get(url, headers=place.driver_headers("driver-2"))).status_code == 404
    assert (await place.http.get(f"{url}/events", headers=place.driver_headers("driver-2"))).status_code == 404


@pytest.mark.parametrize(
    ("bounds", "is_found"),
    [
        ({"from": "2026-05-04T10:00:00Z"}, True),
        ({"from": "2026-05-04T10:00:00.001Z"}, False),
        ({"to": "2026-05-04T10:00:00Z"}, False),
        ({"from": "2026-05-04T09:00:00Z", "to": "2026-05-04T10:00:00.001Z"}, True),
    ],
)
async def test_sessions_are_found_by_when_they_began(
    place: HttpPlace, bounds: dict[str, str], *, is_found: bool
) -> None:
    await publish(place, started())
    await session_in(place, "charging")

    answer = await place.http.get("/api/v1/sessions", params=bounds, headers=place.operator_headers())

    assert [one["id"] for one in answer.json()["items"]] == ([SESSION] if is_found else [])


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        ({"station_id": CP001}, True),
        ({"station_id": "elsewhere"}, False),
        ({"driver_id": "driver-1"}, True),
        ({"driver_id": "driver-2"}, False),
        ({"running": "true"}, True),
    ],
)
async def test_staff_finds_sessions_by_station_driver_and_whether_they_run(
    place: HttpPlace, wanted: dict[str, str], *, is_found: bool
) -> None:
    await publish(place, started())
    await session_in(place, "charging")

    answer = await place.http.get("/api/v1/sessions", params=wanted, headers=place.operator_headers())

    assert [one["id"] for one in answer.json()["items"]] == ([SESSION] if is_found else [])


async def test_session_that_is_over_is_not_among_the_running(place: HttpPlace) -> None:
    await publish(place, started())
    await publish(place, ended(meter_wh="2000"), minutes=60)
    await session_in(place, "completed")

    answer = await place.http.get("/api/v1/sessions?running=true", headers=place.operator_headers())

    assert answer.json()["items"] == []


async def test_driver_who_names_another_driver_sees_own_sessions_only(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")

    answer = await place.http.get("/api/v1/sessions?driver_id=driver-1", headers=place.driver_headers("driver-2"))

    assert answer.json()["items"] == []


async def test_two_tenants_with_the_same_station_and_transaction_have_two_sessions(place: HttpPlace) -> None:
    other = TenantId("other")
    for tenant, end_wh in ((DEFAULT, "2000"), (other, "3000")):
        await publish(place, started(), tenant=tenant)
        await publish(place, ended(meter_wh=end_wh), minutes=60, tenant=tenant)

    ours, theirs = await session_in(place, "completed"), await session_in(place, "completed", tenant=other)

    assert (ours["energy_wh"], theirs["energy_wh"]) == ("1000", "2000")


async def test_events_are_followed_and_resumed(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    url = f"/api/v1/sessions/{SESSION}/events"

    async def follow(count: int, headers: dict[str, str]) -> list[tuple[str, str]]:
        events: list[tuple[str, str]] = []
        async with place.http.stream("GET", url, headers=place.driver_headers() | headers) as stream:
            fields: dict[str, str] = {}
            async for line in stream.aiter_lines():
                name, _, value = line.partition(":")
                fields[name] = value.strip()
                if not line and "id" in fields:
                    events.append((fields["id"], fields.get("event", "")))
                    fields = {}
                if len(events) == count:
                    return events
        return events

    following = asyncio.create_task(follow(2, {"Last-Event-ID": "0"}))
    await publish(place, ended(), minutes=60)
    events = await asyncio.wait_for(following, 10)
    resumed = await asyncio.wait_for(follow(1, {"Last-Event-ID": events[0][0]}), 10)

    assert len(events) == 2
    assert resumed == events[1:]


@pytest.mark.slow
async def test_many_sessions_without_a_tariff_do_not_hold_up_the_next(place: HttpPlace, others: Others) -> None:
    others.no_tariff_before = T0 + timedelta(minutes=1)
    for number in range(110):
        await publish(place, started(transaction_id=TransactionId(f"waiting {number}")))
    await publish(place, started(), minutes=1)
    await publish(place, ended(), minutes=60)

    assert (await session_in(place, "completed"))["energy_wh"] == "20000"


async def test_session_that_cannot_be_priced_does_not_hold_up_the_others(place: HttpPlace, others: Others) -> None:
    others.tariff = tariff_json(
        f'{{"price_components":[{energy("0.5")}],"restrictions":{{"max_power":1000}}}}', element_of(energy("0.5"))
    )
    poison = TransactionId("poison")
    await publish(place, started(transaction_id=poison))
    await publish(place, ended(transaction_id=poison, meter_wh="1e40"), minutes=50)
    await publish(place, started(), minutes=1)
    await publish(place, ended(), minutes=60)

    session = await session_in(place, "completed")

    assert session["energy_wh"] == "20000"
