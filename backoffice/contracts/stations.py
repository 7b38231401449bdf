"""What stations says and answers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.blocks.smart_charging.messages import ScheduleUpdateReply
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import IdToken, StationId, TenantId, TransactionId
from protocol.domain.status import ConnectorStatus, RegistrationStatus


class StationStatusChanged(msgspec.Struct, frozen=True):
    """An EVSE (or, with `evse` None, the station) has another status. Key: the station id.

    `is_online` False: the last known status stands, and nobody can start there.
    """

    station_id: StationId
    location_id: str
    evse: int | None
    status: ConnectorStatus | None
    is_online: bool


class StationCommanded(msgspec.Struct, frozen=True):
    """A command to a station waits, or has come to an end: `state` is a CommandState. Key: the command id.

    `requested_by` is an operator id, or the service that asked.
    """

    command_id: str
    station_id: StationId
    command: str
    requested_by: str
    state: str
    detail: str = ""


class StationAdmissionChanged(msgspec.Struct, frozen=True):
    """How a station is let in has changed: its registration, its profiles or its credentials. Key: the station id."""

    station_id: StationId
    registration: RegistrationStatus


class StationRemoved(msgspec.Struct, frozen=True):
    """The station is no longer in the inventory, and its EVSEs are no places any more. Key: the station id."""

    station_id: StationId
    location_id: str


class BayOccupied(msgspec.Struct, frozen=True):
    """A vehicle came to a parking bay, by its sensor, its barrier or a reader of plates. Key: the bay id.

    `plate_ref` is a keyed hash of the plate, where one was read. `station_id` and `evse`: the EVSE that the bay serves.
    Said again with the same `at`, once, where the plate of a vehicle that is there already is read later.
    """

    bay_id: str
    location_id: str
    at: datetime
    station_id: StationId | None = None
    evse: int | None = None
    plate_ref: str | None = None


class BayVacated(msgspec.Struct, frozen=True):
    """The vehicle in a parking bay has left. Key: the bay id."""

    bay_id: str
    location_id: str
    at: datetime


class Place(msgspec.Struct, frozen=True, order=True):
    """What one driver can have for a time: an EVSE, or a parking bay. Exactly one of the two is named."""

    station_id: StationId | None = None
    evse: int | None = None
    bay_id: str | None = None

    @property
    def key(self) -> str:
        """One text for one place, unique within a tenant."""
        return f"bay/{self.bay_id}" if self.bay_id is not None else f"evse/{self.station_id}/{self.evse}"


class PlacesClosed(msgspec.Struct, frozen=True):
    """Maintenance was planned, or an outage has begun: nobody can use these places meanwhile. Key: the closure id.

    Said again with other times or places where the plan changes. `until` None: nobody knows yet. `is_planned`: it is
    maintenance.
    """

    closure_id: str
    location_id: str
    places: tuple[Place, ...]
    since: datetime
    until: datetime | None
    reason: str
    is_planned: bool = False


class PlacesReopened(msgspec.Struct, frozen=True):
    """A closure is over, or was called off. Key: the closure id."""

    closure_id: str
    location_id: str
    places: tuple[Place, ...]
    at: datetime


EVENTS = (
    EventRow(BayOccupied, Kind.DOMAIN, "stations", "bay_occupied"),
    EventRow(BayVacated, Kind.DOMAIN, "stations", "bay_vacated"),
    EventRow(PlacesClosed, Kind.DOMAIN, "stations", "places_closed"),
    EventRow(PlacesReopened, Kind.DOMAIN, "stations", "places_reopened"),
    EventRow(StationStatusChanged, Kind.DOMAIN, "stations", "status_changed"),
    EventRow(StationCommanded, Kind.DOMAIN, "stations", "commanded"),
    EventRow(StationAdmissionChanged, Kind.DOMAIN, "stations", "admission_changed"),
    EventRow(StationRemoved, Kind.DOMAIN, "stations", "removed"),
)


class DescribeEvse(msgspec.Struct, frozen=True):
    """Which place is this?"""

    tenant: TenantId
    station_id: StationId
    evse: int


class EvseDescription(msgspec.Struct, frozen=True):
    """The place of an EVSE. `is_known` False: the rest is empty."""

    is_known: bool
    location_id: str = ""
    location_name: str = ""
    country: str = ""
    timezone: str = "UTC"
    max_power_w: int = 0
    is_online: bool = False


class AskStationsAt(msgspec.Struct, frozen=True):
    """Which stations stand at these locations?"""

    tenant: TenantId
    location_ids: tuple[str, ...]


class StationsAt(msgspec.Struct, frozen=True):
    """They."""

    station_ids: tuple[str, ...]


class DescribePlace(msgspec.Struct, frozen=True):
    """What is this place, and can it be had from `since` to `until`?"""

    tenant: TenantId
    place: Place
    since: datetime
    until: datetime


class PlaceDescription(msgspec.Struct, frozen=True):
    """A place as others need it. `is_known` False: the rest is empty.

    `is_taken`: a vehicle is there now. `is_closed`: by maintenance or an outage, at some time of what was asked.
    `is_reservable` False: whoever comes first has it. `serves`: the EVSE of a bay, the bay of an EVSE.
    """

    is_known: bool
    location_id: str = ""
    timezone: str = "UTC"
    is_reservable: bool = False
    is_taken: bool = False
    is_closed: bool = False
    is_online: bool = False
    serves: Place | None = None


class FindOtherPlaces(msgspec.Struct, frozen=True):
    """Which places like this one, near it, are free and open from `since` to `until`? The nearest first.

    What is reserved there, its asker knows.
    """

    tenant: TenantId
    place: Place
    since: datetime
    until: datetime
    limit: int = 10


class OtherPlaces(msgspec.Struct, frozen=True):
    """They."""

    places: tuple[Place, ...]


class ReserveOnEvse(msgspec.Struct, frozen=True):
    """Send a ReserveNow to the station, once."""

    tenant: TenantId
    station_id: StationId
    evse: int
    reservation_id: int
    id_token: IdToken
    expires_at: datetime


class CancelOnEvse(msgspec.Struct, frozen=True):
    """Send a CancelReservation to the station, once."""

    tenant: TenantId
    station_id: StationId
    reservation_id: int


class StartOnEvse(msgspec.Struct, frozen=True):
    """Send a RequestStart to the station, once."""

    tenant: TenantId
    station_id: StationId
    evse: int
    id_token: IdToken
    remote_start_id: int


class StopTransaction(msgspec.Struct, frozen=True):
    """Send a RequestStop to the station, once."""

    tenant: TenantId
    station_id: StationId
    transaction_id: TransactionId


class ShowCost(msgspec.Struct, frozen=True):
    """Tell the driver at the station what the transaction has cost so far, taxes included."""

    tenant: TenantId
    station_id: StationId
    transaction_id: TransactionId
    total_cost: Decimal


class CommandStatus(StrEnum):
    """What became of it. OFFLINE: nothing was sent. UNKNOWN: no answer came in time, the station may have done it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class CommandResult(msgspec.Struct, frozen=True):
    """The answer, with the station's own word in `detail`."""

    status: CommandStatus
    detail: str = ""


class OpenWebPayment(msgspec.Struct, frozen=True):
    """Somebody scanned a QR code: is it the one that the station shows? Then tell it that they pay, for so long."""

    tenant: TenantId
    station_id: StationId
    evse: int
    version: str
    code: str
    timeout_s: int


class AskExpiringCertificates(msgspec.Struct, frozen=True):
    """Which stations' certificates end before then? Of each station its newest one counts."""

    tenant: TenantId
    before: datetime


class ExpiringCertificate(msgspec.Struct, frozen=True):
    """A station's newest certificate, and when it ends."""

    station_id: StationId
    not_after: datetime


class ExpiringCertificates(msgspec.Struct, frozen=True):
    """The first to end comes first."""

    certificates: list[ExpiringCertificate]


class WebPaymentStatus(StrEnum):
    """OPENED: the station knows. NOT_OFFERED: it shows no codes. TOO_MANY: somebody guesses there."""

    OPENED = "opened"
    NO_SUCH_EVSE = "no_such_evse"
    NOT_OFFERED = "not_offered"
    WRONG_VERSION = "wrong_version"
    WRONG_CODE = "wrong_code"
    TOO_MANY = "too_many"
    OFFLINE = "offline"


class WebPaymentOpening(msgspec.Struct, frozen=True):
    """What became of it."""

    status: WebPaymentStatus


EXPIRING_CERTIFICATES = Query("stations", "expiring_certificates", AskExpiringCertificates, ExpiringCertificates)
OPEN_WEB_PAYMENT = Query("stations", "open_web_payment", OpenWebPayment, WebPaymentOpening)
STATIONS_AT = Query("stations", "stations_at", AskStationsAt, StationsAt)
DESCRIBE_EVSE = Query("stations", "describe_evse", DescribeEvse, EvseDescription)
START_ON_EVSE = Query("stations", "start_on_evse", StartOnEvse, CommandResult)
CERTIFICATE_STATUS = Query("stations", "certificate_status", AskCertificateStatus, CertificateStatusReply)
EV_CERTIFICATE = Query("stations", "ev_certificate", AskEvCertificate, EvCertificateReply)
SCHEDULE_UPDATE = Query("stations", "schedule_update", AskScheduleUpdate, ScheduleUpdateReply)
STOP_TRANSACTION = Query("stations", "stop_transaction", StopTransaction, CommandResult)
SHOW_COST = Query("stations", "show_cost", ShowCost, CommandResult)
DESCRIBE_PLACE = Query("stations", "describe_place", DescribePlace, PlaceDescription)
FIND_OTHER_PLACES = Query("stations", "find_other_places", FindOtherPlaces, OtherPlaces)
RESERVE_ON_EVSE = Query("stations", "reserve_on_evse", ReserveOnEvse, CommandResult)
CANCEL_ON_EVSE = Query("stations", "cancel_on_evse", CancelOnEvse, CommandResult)
