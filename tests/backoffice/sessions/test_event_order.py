"""A transaction in every order of its events, with repetitions: the same session, the same invoice."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from backoffice.billing.app import SERVICE as BILLING
from backoffice.contracts.sessions import session_id_of
from backoffice.kit.testing import eventually
from backoffice.sessions.app import SERVICE
from backoffice.sessions.sequence import MOST_AHEAD, Heard, hear
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdTokenType, TokenRef, TransactionId
from protocol.domain.metering import MeterReading, MeterValue
from protocol.domain.status import ChargingState
from tests.backoffice.sessions.harness import CP001, DEFAULT, T0, Others, element_of, energy, tariff_json
from tests.factories.places import HttpPlace, open_place

NUMBERS = itertools.count(1)
REPEATED = {"second_start", "second_end"}


@pytest_asyncio.fixture
async def yard(database_url: str, nats_url: str, others: Others) -> AsyncIterator[HttpPlace]:
    """Sessions and billing, and the services around them, with a tariff that asks when energy flowed and when not."""
    parking = '{"type":"PARKING_TIME","price":6,"step_size":1}'
    others.tariff = tariff_json(element_of(energy("0.5")), element_of(parking))
    async with open_place([SERVICE, BILLING], database_url=database_url, nats_url=nats_url) as opened:
        playing = [
            asyncio.create_task(opened.bus.serve(answerer))
            for answerer in others.answerers()
            if answerer.query.service != "billing"
        ]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


def verdict(status: str, basis: str, driver: str | None) -> Authorization:
    return Authorization(
        AuthorizationStatus(status), AuthorizationBasis(basis), None if driver is None else DriverId(driver)
    )


PRESENTED: Sequence[tuple[str | None, Authorization | None]] = (
    (None, None),
    ("card", verdict("Accepted", "identity", "driver-1")),
    ("other", verdict("Accepted", "identity", "driver-2")),
    ("bad", verdict("Invalid", "identity", None)),
    ("asked", verdict("Accepted", "deferred", None)),
    ("master", Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, group="MASTERPASS")),
)
TRIGGERS = ("Authorized", "StopAuthorized", "Deauthorized", "ChargingStateChanged")


def bearer(chosen: tuple[str | None, Authorization | None]) -> dict[str, Any]:
    name, authorization = chosen
    token = None if name is None else TokenRef(f"ref-{name}", f"…{name[-3:]}", IdTokenType.CENTRAL)
    return {"token": token, "authorization": authorization}


@st.composite
def transactions(draw: st.DrawFn) -> list[TransactionFact]:
    """A start, one or two updates, an end: each with a token or none, a charging state or none; an EVSE somewhere.

    The token of an update may be that of whoever stops the transaction, whose end comes later.
    """
    updates = draw(st.integers(1, 2))
    states = st.sampled_from([None, *ChargingState])
    knows_evse = draw(st.integers(0, updates))
    presented = st.sampled_from(PRESENTED)
    first = TransactionStarted(
        transaction_id=TransactionId(""),
        seq_no=0,
        meter_wh=draw(st.sampled_from([None, "1000"])) if knows_evse else "1000",
        evse=1 if knows_evse == 0 else None,
        charging_state=draw(states),
        **bearer(draw(presented)),
    )
    between = [
        TransactionUpdated(
            transaction_id=TransactionId(""),
            seq_no=number,
            evse=2 if knows_evse == number else None,
            begin_wh="1100" if knows_evse == number else None,
            charging_state=draw(states),
            trigger=draw(st.sampled_from(TRIGGERS)),
            **bearer(draw(presented)),
        )
        for number in range(1, updates + 1)
    ]
    last = TransactionEnded(
        transaction_id=TransactionId(""), seq_no=updates + 1, meter_wh="21000", **bearer(draw(presented))
    )
    return [first, *between, last]


async def tell(place: HttpPlace, name: TransactionId, fact: TransactionFact, *, nth: int = 0) -> None:
    """The event of a transaction; the nth time with other bytes, as a station that was offline says it again."""
    minutes = 20 * (fact.seq_no or 0)
    await place.publish_fact(
        msgspec.structs.replace(fact, transaction_id=name, is_offline=bool(nth)),
        station=CP001,
        event_id=f"{name}-{fact.seq_no}",
        digest=f"d{nth}",
        occurred_at=T0 + timedelta(minutes=minutes),
    )


async def read(place: HttpPlace, name: TransactionId) -> dict[str, Any]:
    url = f"/api/v1/sessions/{session_id_of(DEFAULT, CP001, name)}"
    answer = await place.http.get(url, headers=place.operator_headers())
    body: dict[str, Any] = answer.json() if answer.status_code == 200 else {"state": "unknown"}
    return body


async def hear_everything(place: HttpPlace) -> None:
    """Whatever was published is consumed: one stream, in its order, and this comes last."""
    name = TransactionId(f"MARK{next(NUMBERS)}")
    mark = TransactionStarted(transaction_id=name, seq_no=0, evse=1, meter_wh="0")
    await tell(place, name, mark)

    async def is_heard() -> bool:
        return bool((await read(place, name))["state"] == "charging")

    await eventually(is_heard, what="everything heard")


async def outcome(place: HttpPlace, name: TransactionId) -> dict[str, Any]:
    """The session without what names it, and its invoice."""

    async def is_over() -> dict[str, Any]:
        session = await read(place, name)
        return session if session["state"] in ("completed", "unauthorised") else {}

    session = await eventually(is_over, what=f"the end of session {name}")
    session_id = session.pop("id")
    session["flags"] = sorted(set(session["flags"]) - REPEATED)
    del session["transaction_id"]
    session["invoice"] = await invoice_of(place, session_id) if session["state"] == "completed" else None
    return session


async def invoice_of(place: HttpPlace, session_id: str) -> dict[str, Any]:
    async def is_made() -> dict[str, Any]:
        answer = await place.http.get(f"/api/v1/billing/receipts/{session_id}", headers=place.operator_headers())
        body: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return body

    receipt = await eventually(is_made, what=f"the invoice of {session_id}")
    invoice = receipt["invoice"]
    return {key: invoice[key] for key in ("lines", "total_incl_vat", "driver_id")}


@pytest.mark.slow
@pytest.mark.timeout(400)
@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes: each example is 24 sessions on real servers
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=transactions(), seed=st.integers(0, 2**16))
async def test_every_order_of_the_events_makes_the_same_session(
    yard: HttpPlace, events: list[TransactionFact], seed: int
) -> None:
    orders, rng = list(itertools.permutations(events)), random.Random(seed)
    names = []
    for order in orders:
        name = TransactionId(f"T{next(NUMBERS)}")
        names.append(name)
        repeated = rng.choice(order)
        reading = MeterValue(T0 + timedelta(minutes=1), (MeterReading("1500"),))
        await yard.publish_fact(MeterValuesReported((reading,), evse=1, transaction_id=name), station=CP001)
        for fact in order:
            await tell(yard, name, fact)
            if fact is repeated:
                await tell(yard, name, fact)
                await tell(yard, name, fact, nth=1)
        await tell(yard, name, repeated, nth=1)
    await hear_everything(yard)

    outcomes = [await outcome(yard, name) for name in names]

    assert orders[0] == tuple(events)  # the first is the one that the station meant
    for order, found in zip(orders, outcomes, strict=True):
        assert found == outcomes[0], [fact.seq_no for fact in order]


async def test_session_with_a_hole_waits_and_is_billed_without_it(place: HttpPlace) -> None:
    first = TransactionStarted(transaction_id=TransactionId(""), seq_no=0, evse=1, meter_wh="0")
    last = TransactionEnded(transaction_id=TransactionId(""), seq_no=5, meter_wh="2000")
    name = TransactionId("HOLE")
    for fact in (first, last):
        await tell(place, name, fact)
    await hear_everything(place)

    waiting = await read(place, name)
    place.clock.advance(timedelta(minutes=2))

    assert waiting["state"] in ("ending", "charging")
    assert (await outcome_alone(place, name))["energy_wh"] == "2000"


async def test_end_without_a_start_begins_with_the_first_that_was_heard(place: HttpPlace) -> None:
    last = TransactionEnded(transaction_id=TransactionId(""), seq_no=3, evse=1, meter_wh="9000")
    name = TransactionId("ORPHAN")
    reading = MeterValue(T0 + timedelta(minutes=10), (MeterReading("8000"),))
    await place.publish_fact(MeterValuesReported((reading,), evse=1, transaction_id=name), station=CP001)
    await tell(place, name, last)
    await hear_everything(place)

    unheard = await read(place, name)
    place.clock.advance(timedelta(hours=2))
    session = await outcome_alone(place, name)

    assert unheard["state"] == "unknown"
    assert session["energy_wh"] == "1000"
    assert "start_missing" in session["flags"]


async def begin_as_orphan(place: HttpPlace, others: Others, name: TransactionId) -> None:
    """An end without a start has begun, and nobody says its tariff yet."""
    others.is_tariff_failing = True
    await tell(place, name, TransactionEnded(transaction_id=TransactionId(""), seq_no=3, evse=1, meter_wh="9000"))
    await hear_everything(place)
    place.clock.advance(timedelta(hours=2))

    async def has_begun() -> bool:
        return "start_missing" in (await read(place, name)).get("flags", [])

    await eventually(has_begun, what="a session without a start")


async def test_start_that_comes_before_the_bill_of_an_orphan_counts(place: HttpPlace, others: Others) -> None:
    name = TransactionId("ORPHAN2")
    await begin_as_orphan(place, others, name)
    first = TransactionStarted(transaction_id=TransactionId(""), seq_no=0, evse=1, meter_wh="1000")
    for update in (1, 2):
        await tell(place, name, TransactionUpdated(transaction_id=TransactionId(""), seq_no=update))

    await tell(place, name, first)
    await hear_everything(place)
    others.is_tariff_failing = False
    session = await outcome_alone(place, name)

    assert (session["energy_wh"], session["flags"]) == ("8000", [])
    assert session["started_at"] == T0.isoformat().replace("+00:00", "Z")


async def test_start_that_comes_after_the_bill_of_an_orphan_is_flagged(place: HttpPlace, others: Others) -> None:
    name = TransactionId("ORPHAN3")
    await begin_as_orphan(place, others, name)
    others.is_tariff_failing = False
    billed = await outcome_alone(place, name)

    await tell(place, name, TransactionStarted(transaction_id=TransactionId(""), seq_no=0, evse=1, meter_wh="1000"))
    await hear_everything(place)
    session = await read(place, name)

    assert session["flags"] == sorted([*billed["flags"], "told_after_the_bill"])
    assert session["energy_wh"] == billed["energy_wh"]


async def test_update_that_comes_after_the_bill_is_flagged_and_changes_nothing(place: HttpPlace) -> None:
    first = TransactionStarted(transaction_id=TransactionId(""), seq_no=0, evse=1, meter_wh="0")
    late = TransactionUpdated(transaction_id=TransactionId(""), seq_no=1, charging_state=ChargingState.IDLE)
    last = TransactionEnded(transaction_id=TransactionId(""), seq_no=2, meter_wh="2000")
    name = TransactionId("LATE")
    for fact in (first, last):
        await tell(place, name, fact)
    await hear_everything(place)
    place.clock.advance(timedelta(minutes=2))
    billed = await outcome_alone(place, name)

    await tell(place, name, late)

    async def is_flagged() -> dict[str, Any]:
        session = await read(place, name)
        return session if "told_after_the_bill" in session["flags"] else {}

    flagged = await eventually(is_flagged)
    assert flagged["cost_incl_vat"] == billed["cost_incl_vat"]


async def outcome_alone(place: HttpPlace, name: TransactionId) -> dict[str, Any]:
    async def is_over() -> dict[str, Any]:
        session = await read(place, name)
        return session if session["state"] == "completed" else {}

    return await eventually(is_over, what=f"the end of session {name}")


@given(st.lists(st.integers(0, 40), min_size=1), st.randoms())
def test_what_was_heard_depends_on_no_order(numbers: list[int], rng: random.Random) -> None:
    first = min(numbers)
    shuffled = [*numbers, *rng.choices(numbers, k=3)]
    rng.shuffle(shuffled)

    heard = Heard()
    for number in shuffled:
        heard = hear(heard, number, is_first=number == first)

    missing = set(range(first, max(numbers) + 1)) - set(numbers)
    assert heard.until == (min(missing) - 1 if missing else max(numbers))
    assert set(heard.ahead) == {number for number in numbers if number > heard.until}


def test_long_hole_is_given_up() -> None:
    heard = Heard()
    for number in range(2, MOST_AHEAD + 4):
        heard = hear(heard, number)

    assert heard.until >= MOST_AHEAD
    assert len(heard.ahead) <= MOST_AHEAD


@pytest.mark.parametrize("number", [0, 1, 7])
def test_numbers_may_begin_anywhere(number: int) -> None:
    assert hear(Heard(), number, is_first=True) == Heard(number)
