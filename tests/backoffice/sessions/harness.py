"""The sessions service among services that are played: what they were asked, and facts to publish."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from backoffice.contracts.admin import SETTINGS, STARTS_BY_APP, AskSettings, SettingValues
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
from backoffice.contracts.reservations import HOLDER_OF, AskHolder, Holder
from backoffice.contracts.sessions import session_id_of
from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    DESCRIBE_PLACE,
    START_ON_EVSE,
    STOP_TRANSACTION,
    CommandResult,
    CommandStatus,
    DescribeEvse,
    DescribePlace,
    EvseDescription,
    PlaceDescription,
    StartOnEvse,
    StopTransaction,
)
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Answerer
from backoffice.kit.errors import BusUnavailable
from backoffice.kit.testing import eventually
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import domain_events_of
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, StationId, TenantId, TokenRef, TransactionId
from protocol.domain.metering import MeterReading, MeterValue
from tests.factories.places import HttpPlace

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
        self.holder = Holder()
        self.hold = HoldResult(HoldStatus.HELD)
        self.command = CommandResult(CommandStatus.ACCEPTED)
        self.verdict = TokenVerdict(AuthorizationStatus.ACCEPTED, DriverId("driver-1"))
        self.verdicts: dict[str, TokenVerdict] = {}
        self.is_silent = False
        self.is_tariff_failing = False
        self.no_tariff_before = T0
        self.is_stop_failing = False
        self.is_online = True
        self.starts_by_app = True
        self.tokens_together = asyncio.Barrier(1)
        self.asked: list[Any] = []

    def answerers(self) -> list[Answerer]:
        return [
            Answerer(TARIFF_IN_FORCE, self._tariff),
            Answerer(DESCRIBE_EVSE, self._describe),
            Answerer(SETTINGS, self._settings),
            Answerer(DESCRIBE_PLACE, self._describe_place),
            Answerer(HOLDER_OF, self._holder),
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
        if self.is_tariff_failing or question.at < self.no_tariff_before:
            raise BusUnavailable("told to fail")
        self.asked.append(question)
        return TariffVersion("T", 1, msgspec.Raw(self.tariff))

    async def _settings(self, question: AskSettings) -> SettingValues:
        self.asked.append(question)
        return SettingValues({STARTS_BY_APP: msgspec.Raw(b"true" if self.starts_by_app else b"false")})

    async def _describe(self, question: DescribeEvse) -> EvseDescription:
        is_known = question.station_id != "NOWHERE"
        return EvseDescription(is_known=is_known, is_online=self.is_online, timezone="Europe/Berlin")

    async def _describe_place(self, question: DescribePlace) -> PlaceDescription:
        return PlaceDescription(is_known=True, location_id="BER", timezone="Europe/Berlin")

    async def _holder(self, question: AskHolder) -> Holder:
        return self.holder

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
        if self.is_stop_failing:
            raise BusUnavailable("told to fail")
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
        return self.verdicts.get(question.token_ref, self.verdict)


def started(**fields: Any) -> TransactionStarted:
    values = {"transaction_id": TX, "evse": 1, "token": CARD, "authorization": ACCEPTED, "meter_wh": "1000"}
    return TransactionStarted(**(values | fields))


def ended(**fields: Any) -> TransactionEnded:
    return TransactionEnded(**({"transaction_id": TX, "meter_wh": "21000"} | fields))


def reading(register_wh: str, *, minutes: int) -> MeterValuesReported:
    readings = (MeterReading(register_wh), MeterReading("7200", unit="W", measurand="Power.Active.Import"))
    return MeterValuesReported((MeterValue(T0 + timedelta(minutes=minutes), readings),), evse=1, transaction_id=TX)


async def publish(place: HttpPlace, fact: msgspec.Struct, *, minutes: int = 0, tenant: TenantId = DEFAULT) -> None:
    key = f"{type(fact).__name__}-{minutes}-{tenant}-{getattr(fact, 'transaction_id', '')}"
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
