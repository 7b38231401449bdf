"""Sessions on real servers: facts in every order, intents, deferred verdicts, SSE; the other services are played."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from backoffice.contracts.billing import (
    HOLD_PAYMENT,
    RELEASE_HOLD,
    HoldPayment,
    HoldResult,
    HoldStatus,
    ReleaseHold,
    ReleaseResult,
)
from backoffice.contracts.identity import AUTHORIZE_TOKEN, ISSUE_VIRTUAL_TOKEN, IssueVirtualToken, VirtualToken
from backoffice.contracts.sessions import ChargingSessionCompleted, ChargingSessionStarted, ChargingSessionUpdated
from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    START_ON_EVSE,
    STOP_TRANSACTION,
    CommandResult,
    CommandStatus,
    DescribeEvse,
    EvseDescription,
    StartOnEvse,
    StopTransaction,
)
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import eventually
from backoffice.sessions.app import SERVICE
from backoffice.sessions.domain import session_id_of
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted, TransactionUpdated
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import domain_events_of
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, StationId, TenantId, TokenRef, TransactionId
from protocol.domain.metering import MeterReading, MeterValue
from protocol.domain.status import ChargingState, ConnectorStatus
from tests.factories.places import HttpPlace, open_place

DEFAULT, CP001, TX = TenantId("default"), StationId("CP001"), TransactionId("17")
T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SESSION = session_id_of(DEFAULT, CP001, TX)
ACCEPTED = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, DriverId("driver-1"))
CARD = TokenRef("ref-card", "…123", IdTokenType.UNSPECIFIED)
TARIFF = b'{"id":"T","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5,"step_size":1}]}]}'
FREE = b'{"id":"F","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0,"step_size":1}]}]}'


def energy(price: str) -> str:
    return f'{{"type":"ENERGY","price":{price},"step_size":1}}'


def element_of(component: str) -> str:
    return f'{{"price_components":[{component}]}}'


def tariff_json(*elements: str) -> bytes:
    return f'{{"id":"T","currency":"EUR","elements":[{",".join(elements)}]}}'.encode()


class Others:
    """The services around: what they were asked, and what they answer."""

    def __init__(self) -> None:
        self.tariff = TARIFF
        self.hold = HoldResult(HoldStatus.HELD)
        self.command = CommandResult(CommandStatus.ACCEPTED)
        self.verdict = TokenVerdict(AuthorizationStatus.ACCEPTED, DriverId("driver-1"))
        self.is_silent = False
        self.is_online = True
        self.tokens_together = asyncio.Barrier(1)
        self.asked: list[Any] = []

    def answerers(self) -> list[Answerer]:
        return [
            Answerer(TARIFF_IN_FORCE, self._tariff),
            Answerer(DESCRIBE_EVSE, self._describe),
            Answerer(HOLD_PAYMENT, self._hold),
            Answerer(RELEASE_HOLD, self._release),
            Answerer(START_ON_EVSE, self._start),
            Answerer(STOP_TRANSACTION, self._stop),
            Answerer(ISSUE_VIRTUAL_TOKEN, self._token),
            Answerer(AUTHORIZE_TOKEN, self._authorize),
        ]

    def were_asked(self, kind: type) -> list[Any]:
        return [question for question in self.asked if type(question) is kind]

    async def _tariff(self, question: TariffInForce) -> TariffVersion:
        self.asked.append(question)
        return TariffVersion("T", 1, msgspec.Raw(self.tariff))

    async def _describe(self, question: DescribeEvse) -> EvseDescription:
        is_known = question.station_id != "NOWHERE"
        return EvseDescription(is_known=is_known, is_online=self.is_online, timezone="Europe/Berlin")

    async def _hold(self, question: HoldPayment) -> HoldResult:
        self.asked.append(question)
        return self.hold

    async def _release(self, question: ReleaseHold) -> ReleaseResult:
        self.asked.append(question)
        return ReleaseResult(is_released=True)

    async def _start(self, question: StartOnEvse) -> CommandResult:
        self.asked.append(question)
        return self.command

    async def _stop(self, question: StopTransaction) -> CommandResult:
        self.asked.append(question)
        return self.command

    async def _token(self, question: IssueVirtualToken) -> VirtualToken:
        self.asked.append(question)
        await self.tokens_together.wait()
        token = IdToken(f"V{question.purpose[-8:]}", IdTokenType.CENTRAL)
        return VirtualToken(token, ref=f"ref-{question.purpose}", unspecified_ref=f"unspecified-{question.purpose}")

    async def _authorize(self, question: AuthorizeToken) -> TokenVerdict:
        self.asked.append(question)
        if self.is_silent:
            await asyncio.sleep(60)
        return self.verdict


@pytest.fixture
def others() -> Others:
    return Others()


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str, others: Others) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in others.answerers()]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


def started(**fields: Any) -> TransactionStarted:
    values = {"transaction_id": TX, "evse": 1, "token": CARD, "authorization": ACCEPTED, "meter_wh": "1000"}
    return TransactionStarted(**(values | fields))


def ended(**fields: Any) -> TransactionEnded:
    return TransactionEnded(**({"transaction_id": TX, "meter_wh": "21000"} | fields))


def reading(register_wh: str, *, minutes: int) -> MeterValuesReported:
    readings = (MeterReading(register_wh), MeterReading("7200", unit="W", measurand="Power.Active.Import"))
    return MeterValuesReported((MeterValue(T0 + timedelta(minutes=minutes), readings),), evse=1, transaction_id=TX)


async def publish(place: HttpPlace, fact: msgspec.Struct, *, minutes: int = 0, tenant: TenantId = DEFAULT) -> None:
    key = f"{type(fact).__name__}-{minutes}-{tenant}"
    at = T0 + timedelta(minutes=minutes)
    await place.publish_fact(fact, station=CP001, tenant=tenant, event_id=key, digest="d", occurred_at=at)


async def session_in(place: HttpPlace, state: str, *, tenant: TenantId = DEFAULT) -> dict[str, Any]:
    async def found() -> dict[str, Any]:
        answer = await place.http.get(
            f"/api/v1/sessions/{session_id_of(tenant, CP001, TX)}", headers=place.operator_headers(tenant=tenant)
        )
        body: dict[str, Any] = answer.json()
        return body if answer.status_code == 200 and body["state"] == state else {}

    return await eventually(found, what=f"a session that is {state}")


async def said(place: HttpPlace, count: int, *, session_id: str = SESSION) -> list[Any]:
    subscription = await place.bus.jetstream.subscribe(
        domain_events_of(DEFAULT, key=session_id, service="sessions"), ordered_consumer=True
    )
    messages = [await subscription.next_msg(timeout=5) for _ in range(count)]
    return [place.catalogue.decode(decode_envelope(message.data)) for message in messages]


async def start_by_app(place: HttpPlace, *, key: str = "start-key-1", station: str = "CP001") -> Any:
    return await place.http.post(
        "/api/v1/sessions",
        json={"station_id": station, "evse": 1},
        headers=place.driver_headers() | {"Idempotency-Key": key},
    )


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


async def test_deferred_verdict_that_is_no_stops_the_transaction(place: HttpPlace, others: Others) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.BLOCKED)
    await publish(
        place, started(authorization=Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED))
    )

    await session_in(place, "unauthorised")

    async def stopped() -> bool:
        return len(others.were_asked(StopTransaction)) == 1

    await eventually(stopped)


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


async def test_unknown_place_is_refused(place: HttpPlace) -> None:
    answer = await start_by_app(place, station="NOWHERE")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


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
