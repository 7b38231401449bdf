"""The reservations service among services that are played: places, tokens, tariffs, and what each was asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from backoffice.contracts.identity import ISSUE_VIRTUAL_TOKEN, IssueVirtualToken, VirtualToken
from backoffice.contracts.sessions import ChargingSessionStarted
from backoffice.contracts.stations import (
    CANCEL_ON_EVSE,
    DESCRIBE_PLACE,
    FIND_OTHER_PLACES,
    RESERVE_ON_EVSE,
    CancelOnEvse,
    CommandResult,
    CommandStatus,
    DescribePlace,
    FindOtherPlaces,
    OtherPlaces,
    Place,
    PlaceDescription,
    ReserveOnEvse,
    StationStatusChanged,
)
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Answerer
from backoffice.kit.errors import BusUnavailable
from backoffice.kit.testing import eventually
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import domain_events_of
from protocol.domain.identifiers import (
    DEFAULT_TENANT,
    DriverId,
    IdToken,
    IdTokenType,
    StationId,
    TenantId,
    TransactionId,
)
from tests.factories.places import HttpPlace

CP001 = StationId("CP001")
EVSE, OTHER_EVSE = Place(station_id=CP001, evse=1), Place(station_id=CP001, evse=2)
BAY, OTHER_BAY = Place(bay_id="B1"), Place(bay_id="B2")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Two euro for reserving, six an hour, and ten for not coming.
TARIFF = b"""{"id":"T","currency":"EUR","elements":[
    {"price_components":[{"type":"FLAT","price":10,"step_size":1}],"restrictions":{"reservation":"RESERVATION_EXPIRES"}},
    {"price_components":[{"type":"FLAT","price":2,"step_size":1},{"type":"TIME","price":6,"step_size":60}],
     "restrictions":{"reservation":"RESERVATION"}},
    {"price_components":[{"type":"ENERGY","price":0.5,"step_size":1}]}]}"""
FREE = b'{"id":"F","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":1,"step_size":1}]}]}'


class Others:
    """The services around: what they were asked, and what they answer."""

    def __init__(self) -> None:
        self.places = {
            place.key: PlaceDescription(
                is_known=True, location_id="yard", timezone="Europe/Berlin", is_reservable=True, is_online=True
            )
            for place in (EVSE, OTHER_EVSE, BAY, OTHER_BAY)
        }
        self.say(BAY, serves=EVSE)
        self.say(EVSE, serves=BAY)
        self.closed: dict[str, tuple[datetime, datetime]] = {}
        self.others: tuple[Place, ...] = ()
        self.tariff = TARIFF
        self.reserve = CommandResult(CommandStatus.ACCEPTED, "Accepted")
        self.withdraw = CommandResult(CommandStatus.ACCEPTED, "Accepted")
        self.may_describe: dict[str, asyncio.Event] = {}
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.are_tokens_away = False
        self.asked: list[Any] = []

    def answerers(self) -> list[Answerer]:
        return [
            Answerer(DESCRIBE_PLACE, self._describe),
            Answerer(FIND_OTHER_PLACES, self._find_others),
            Answerer(RESERVE_ON_EVSE, self._reserve),
            Answerer(CANCEL_ON_EVSE, self._cancel),
            Answerer(ISSUE_VIRTUAL_TOKEN, self._token),
            Answerer(TARIFF_IN_FORCE, self._tariff),
        ]

    def say(self, place: Place, **changes: Any) -> None:
        """From now on the place is described so."""
        self.places[place.key] = msgspec.structs.replace(self.places[place.key], **changes)

    def were_asked(self, kind: type) -> list[Any]:
        return [question for question in self.asked if type(question) is kind]

    async def _describe(self, question: DescribePlace) -> PlaceDescription:
        self.asked.append(question)
        if question.place.key in self.may_describe:
            await self.may_describe[question.place.key].wait()
        described = self.places.get(question.place.key, PlaceDescription(is_known=False))
        begin, end = self.closed.get(question.place.key, (question.until, question.until))
        if begin < question.until and question.since < end:
            return msgspec.structs.replace(described, is_closed=True)
        return described

    async def _find_others(self, question: FindOtherPlaces) -> OtherPlaces:
        self.asked.append(question)
        return OtherPlaces(self.others)

    async def _reserve(self, question: ReserveOnEvse) -> CommandResult:
        self.asked.append(question)
        await self.may_answer.wait()
        return self.reserve

    async def _cancel(self, question: CancelOnEvse) -> CommandResult:
        self.asked.append(question)
        return self.withdraw

    async def _token(self, question: IssueVirtualToken) -> VirtualToken:
        self.asked.append(question)
        if self.are_tokens_away:
            raise BusUnavailable("told to fail")
        token = IdToken(f"V{question.purpose[-8:]}", IdTokenType.CENTRAL)
        return VirtualToken(token, ref=f"ref-{question.purpose}", unspecified_ref=f"unspecified-{question.purpose}")

    async def _tariff(self, question: TariffInForce) -> TariffVersion:
        self.asked.append(question)
        return TariffVersion("T", 3, msgspec.Raw(self.tariff))


def body_of(place: Place) -> dict[str, Any]:
    return {"bay_id": place.bay_id} if place.bay_id else {"station_id": place.station_id, "evse": place.evse}


async def post(
    place: HttpPlace,
    path: str,
    body: Mapping[str, Any],
    *,
    driver: str = "driver-1",
    operator: bool = False,
    key: str = "",
    tenant: TenantId = DEFAULT_TENANT,
) -> Any:
    headers = place.operator_headers(tenant=tenant) if operator else place.driver_headers(driver, tenant=tenant)
    headers |= {"Idempotency-Key": key} if key else {}
    return await place.http.post(f"/api/v1/reservations{path}", json=body, headers=headers)


async def reserve(
    place: HttpPlace,
    *places: Place,
    after: timedelta = 2 * HOUR,
    length: timedelta = HOUR,
    begins_at: datetime | None = None,
    driver: str = "driver-1",
    operator: bool = False,
    key: str = "",
    tenant: TenantId = DEFAULT_TENANT,
    **fields: Any,
) -> Any:
    """The response of a reservation that begins `after` now."""
    begins_at = begins_at or place.clock() + after
    body = {
        "places": [body_of(each) for each in places],
        "begins_at": begins_at.isoformat(),
        "ends_at": (begins_at + length).isoformat(),
        **fields,
    }
    key = key or f"{driver}-{begins_at.isoformat()}-{length}-{places}"
    return await post(place, "", body, driver=driver, operator=operator, key=key[-128:], tenant=tenant)


async def reserved(place: HttpPlace, *places: Place, **how: Any) -> dict[str, Any]:
    """A reservation that was made."""
    response = await reserve(place, *places, **how)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def read(place: HttpPlace, reservation_id: str) -> dict[str, Any]:
    response = await place.http.get(f"/api/v1/reservations/{reservation_id}", headers=place.operator_headers())
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def becomes(place: HttpPlace, reservation_id: str, **wanted: Any) -> dict[str, Any]:
    """The reservation once it is as `wanted`."""

    async def found() -> dict[str, Any]:
        body = await read(place, reservation_id)
        return body if all(body[name] == value for name, value in wanted.items()) else {}

    return await eventually(found, what=f"a reservation with {wanted}")


async def said(place: HttpPlace, reservation_id: str, count: int) -> list[Any]:
    """The first events about the reservation."""
    subscription = await place.bus.jetstream.subscribe(
        domain_events_of(DEFAULT_TENANT, key=reservation_id, service="reservations"), ordered_consumer=True
    )
    messages = [await subscription.next_msg(timeout=10) for _ in range(count)]
    return [place.catalogue.decode(decode_envelope(message.data)) for message in messages]


async def count_said(place: HttpPlace, reservation_id: str) -> int:
    """How many events about the reservation are on the stream now."""
    wanted = domain_events_of(DEFAULT_TENANT, key=reservation_id, service="reservations")
    info = await place.bus.jetstream.streams_info()
    [domain] = [each.config.name for each in info if "domain" in str(each.config.subjects)]
    assert domain is not None
    found = await place.bus.jetstream.stream_info(domain, subjects_filter=wanted)
    return sum((found.state.subjects or {}).values())


def asked(others: Others, kind: type, count: int) -> Callable[[], Awaitable[list[Any]]]:
    """Whether at least so many questions came."""

    async def found() -> list[Any]:
        questions = others.were_asked(kind)
        return questions if len(questions) >= count else []

    return found


async def session_starts(place: HttpPlace, at: datetime, *, driver: str | None = "driver-1", evse: int = 1) -> None:
    started = ChargingSessionStarted(
        session_id="session-1",
        station_id=CP001,
        evse=evse,
        transaction_id=TransactionId("17"),
        driver_id=DriverId(driver) if driver else None,
        started_at=at,
    )
    await place.publish_domain(started, key="session-1")


async def comes_online(place: HttpPlace) -> None:
    await place.publish_domain(StationStatusChanged(CP001, "yard", None, None, True), key=CP001)


def begin_of(view: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(view["begins_at"])
