"""Notifications among services that are played: who people are, and what happens to them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.contracts.admin import AlarmRaised
from backoffice.contracts.billing import PaymentCompleted, PaymentFailed
from backoffice.contracts.identity import (
    CONTACT_OF,
    ONE_TIME_CODE_OF,
    STAFF_OF,
    AskContact,
    AskOneTimeCode,
    AskStaff,
    Contact,
    OneTimeCodeAnswer,
    PasswordResetAsked,
    StaffAnswer,
    StaffInvited,
    VerificationAsked,
)
from backoffice.contracts.reporting import ReportReady
from backoffice.contracts.reservations import (
    ReservationCancelled,
    ReservationCreated,
    ReservationEndangered,
    ReservationExpired,
    ReservationSoon,
)
from backoffice.contracts.sessions import ChargingSessionCompleted, ChargingSessionIdle, ChargingSessionStarted
from backoffice.contracts.stations import Place, PlacesClosed, StationStatusChanged
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import eventually
from backoffice.notifications.kinds import Kind
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId, StationId, TenantId, TransactionId
from protocol.domain.status import ConnectorStatus
from tests.factories.places import HttpPlace

DRIVER, STAFF_MEMBER = DriverId("driver-1"), "operator-1"
STATION = StationId("BER-003")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
API = "/api/v1/notifications"


class Identity:
    """Who people are, and which codes they wait for."""

    def __init__(self) -> None:
        self.contacts = {
            DRIVER: Contact("ada@example.org", "Ada", "en"),
            "driver-2": Contact("ben@example.org", "Ben", "de"),
            STAFF_MEMBER: Contact("ops@example.org"),
        }
        self.codes = {
            "v-1": OneTimeCodeAnswer("246810", "verify_email"),
            "i-1": OneTimeCodeAnswer("975310", "invite"),
            "r-1": OneTimeCodeAnswer("135790", "reset_password"),
        }
        self.staff: tuple[str, ...] = (STAFF_MEMBER,)

    def answerers(self) -> Sequence[Answerer]:
        return (
            Answerer(CONTACT_OF, self._contact),
            Answerer(STAFF_OF, self._staff),
            Answerer(ONE_TIME_CODE_OF, self._code),
        )

    async def _contact(self, question: AskContact) -> Contact:
        return self.contacts.get(DriverId(question.subject), Contact())

    async def _staff(self, _question: AskStaff) -> StaffAnswer:
        return StaffAnswer(self.staff)

    async def _code(self, question: AskOneTimeCode) -> OneTimeCodeAnswer:
        return self.codes.get(question.id, OneTimeCodeAnswer())


def started(session_id: str = "s-1", driver: DriverId | None = DRIVER) -> ChargingSessionStarted:
    return ChargingSessionStarted(**_session(session_id, driver))


def receipt(session_id: str = "s-1", driver: str | None = DRIVER, amount: str = "4.62") -> PaymentCompleted:
    of_driver = None if driver is None else DriverId(driver)
    return PaymentCompleted(session_id, f"invoice-{session_id}", of_driver, Decimal(amount), "EUR")


def idle(session_id: str = "s-1", driver: DriverId | None = DRIVER) -> ChargingSessionIdle:
    return ChargingSessionIdle(**_session(session_id, driver), since=datetime.fromisoformat("2026-11-02T12:00:00Z"))


def offline(station: StationId = STATION) -> StationStatusChanged:
    return StationStatusChanged(station, "yard", None, ConnectorStatus.AVAILABLE, is_online=False)


def online(station: StationId = STATION) -> StationStatusChanged:
    return StationStatusChanged(station, "yard", None, ConnectorStatus.AVAILABLE, is_online=True)


def fault(evse: int = 1) -> StationStatusChanged:
    return StationStatusChanged(STATION, "yard", evse, ConnectorStatus.FAULTED, is_online=True)


def one_of_each() -> dict[Kind, msgspec.Struct]:
    """What makes each kind."""
    at = datetime.fromisoformat("2026-11-02T12:00:00Z")
    reservation: dict[str, Any] = {
        "reservation_id": "r-1",
        "driver_id": DRIVER,
        "location_id": "yard",
        "places": (Place(station_id=STATION, evse=1), Place(bay_id="B1")),
        "begins_at": at,
        "ends_at": at + HOUR,
    }
    completed = ChargingSessionCompleted(
        **_session("s-1", DRIVER),
        intent_id=None,
        ended_at=at,
        energy_wh=Decimal(12_345),
        tariff_id="T",
        tariff_version=1,
        currency="EUR",
        lines=(),
        total_excl_vat=Decimal("3.88"),
        total_incl_vat=Decimal("4.62"),
        stopped_reason="Local",
    )
    return {
        Kind.SESSION_STARTED: started(),
        Kind.SESSION_COMPLETED: completed,
        Kind.RECEIPT: receipt(),
        Kind.PAYMENT_FAILED: PaymentFailed("s-1", "i-1", DRIVER, Decimal("4.62"), "EUR", "card_declined"),
        Kind.IDLE_WARNING: idle(),
        Kind.RESERVATION_CREATED: ReservationCreated(**reservation),
        Kind.RESERVATION_SOON: ReservationSoon(**reservation),
        Kind.RESERVATION_ENDANGERED: ReservationEndangered(**reservation, others=(Place(bay_id="B2"),)),
        Kind.RESERVATION_CANCELLED: ReservationCancelled(**reservation, at=at, cancelled_by="closure", reason="works"),
        Kind.RESERVATION_EXPIRED: ReservationExpired(**reservation, at=at),
        Kind.FAULT: fault(),
        Kind.MAINTENANCE: PlacesClosed("c-1", "yard", (Place(bay_id="B1"),), at, None, "works"),
        Kind.STATION_OFFLINE: offline(),
        Kind.ALARM: AlarmRaised("a-1", "dead_letters", "billing", "critical", "3 events wait."),
        Kind.EMAIL_VERIFICATION: VerificationAsked(DRIVER, "v-1", at),
        Kind.PASSWORD_RESET: PasswordResetAsked(STAFF_MEMBER, "r-1", at),
        Kind.REPORT: ReportReady(
            report_id="r-9",
            schedule_id="s-9",
            kind="energy",
            title="Energy",
            begin=at.date(),
            end=at.date() + timedelta(days=7),
            recipients=(STAFF_MEMBER,),
        ),
        Kind.INVITATION: StaffInvited(STAFF_MEMBER, "i-1", at, "operator"),
    }


async def happens(place: HttpPlace, event: msgspec.Struct, *, tenant: TenantId = DEFAULT_TENANT) -> Any:
    """The event is on the bus; returns its envelope."""
    return await place.publish_domain(event, key="k", tenant=tenant)


async def chooses(place: HttpPlace, headers: dict[str, str] | None = None, **wanted: Any) -> dict[str, Any]:
    """Somebody's preferences, as they are answered."""
    response = await place.http.put(f"{API}/preferences", json=wanted, headers=headers or place.driver_headers())
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def inbox(place: HttpPlace, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    response = await place.http.get(f"{API}/inbox", headers=headers or place.driver_headers())
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def deliveries(place: HttpPlace, **wanted: Any) -> list[dict[str, Any]]:
    """What the log has that is as wanted."""
    response = await place.http.get(f"{API}/deliveries", params={"limit": 500}, headers=place.operator_headers())
    assert response.status_code == 200, response.text
    return [row for row in response.json()["items"] if all(row[name] == value for name, value in wanted.items())]


async def delivery(place: HttpPlace, **wanted: Any) -> dict[str, Any]:
    """The first delivery that is as wanted, once there is one."""

    async def found() -> list[dict[str, Any]]:
        return await deliveries(place, **wanted)

    return (await eventually(found, what=f"a delivery with {wanted}"))[0]


def rows_are(place: HttpPlace, count: int, **wanted: Any) -> Callable[[], Awaitable[bool]]:
    """Whether the log has exactly so many deliveries that are as wanted."""

    async def found() -> bool:
        return len(await deliveries(place, **wanted)) == count

    return found


async def add_webhook(place: HttpPlace, url: str, *kinds: Kind, **fields: Any) -> dict[str, Any]:
    body = {"url": url, "kinds": list(kinds or (Kind.RECEIPT,)), **fields}
    response = await place.http.post(f"{API}/webhooks", json=body, headers=place.operator_headers())
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def quiet_now(place: HttpPlace, headers: dict[str, str] | None = None) -> datetime:
    """Somebody's quiet hours have begun an hour ago; returns their end, an hour from now."""
    now = place.clock().replace(second=0, microsecond=0)
    begin, end = now - HOUR, now + HOUR
    await chooses(
        place,
        headers,
        timezone="UTC",
        quiet_from=begin.time().isoformat(),
        quiet_until=end.time().isoformat(),
    )
    return end


def _session(session_id: str, driver: DriverId | None) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "station_id": STATION,
        "evse": 1,
        "transaction_id": TransactionId("t-1"),
        "driver_id": driver,
        "started_at": datetime.fromisoformat("2026-11-02T11:00:00Z"),
    }
