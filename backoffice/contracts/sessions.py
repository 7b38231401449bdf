"""What sessions says. Key of every event: the session id."""

from datetime import datetime
from decimal import Decimal

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.tariff_and_cost.queries import AskLimit, AskTotalCost, LimitAnswer, TotalCost
from protocol.bus.catalogue import EventRow
from protocol.bus.envelope import event_id
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId


class SessionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the three events have in common. `driver_id` None: a transaction without a known token."""

    session_id: str
    station_id: StationId
    evse: int
    transaction_id: TransactionId
    driver_id: DriverId | None
    started_at: datetime


class ChargingSessionStarted(SessionEvent, frozen=True, kw_only=True):
    """A driver's session began. `intent_id`: it was started by app, and its payment is held under that id."""

    intent_id: str | None = None


class ChargingSessionUpdated(SessionEvent, frozen=True, kw_only=True):
    """Energy so far, power now, cost so far by the same pricing function as the bill."""

    updated_at: datetime
    energy_wh: Decimal
    power_w: Decimal | None
    state_of_charge_percent: Decimal | None
    cost_excl_vat: Decimal
    cost_incl_vat: Decimal
    currency: str


class PriceLine(msgspec.Struct, frozen=True):
    """One line of a price: a quantity (kWh, h, or 1) of one dimension at one unit price; four decimals.

    `dimension` is OCPI's, or MIN_PRICE or MAX_PRICE for the difference that a limit makes. `element` is the place in
    the tariff of the element that made it; None for a limit. `vat_percent` is 0 also where no VAT applies;
    `is_vat_named` tells whether the tariff says so. Lines from before it was told read as false.
    """

    dimension: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount_excl_vat: Decimal
    vat_percent: Decimal
    amount_incl_vat: Decimal
    element: int | None = None
    is_vat_named: bool = False


class ChargingSessionCompleted(SessionEvent, frozen=True, kw_only=True):
    """The session is over and its CDR frozen: this is what is billed. Totals are rounded, lines are not.

    `prepaid_account`: the balance that pays for it, as far as it goes. `paused_s`: for how long of it no energy flowed,
    by what the station said of its state; None was said before that was told.
    """

    intent_id: str | None
    ended_at: datetime
    energy_wh: Decimal
    tariff_id: str
    tariff_version: int
    currency: str
    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal
    stopped_reason: str
    prepaid_account: str | None = None
    paused_s: Decimal | None = None


class ParkingSessionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of parking have in common. `driver_id` None: nobody knows whose vehicle it is."""

    session_id: str
    bay_id: str
    location_id: str
    driver_id: DriverId | None
    started_at: datetime


class ParkingSessionStarted(ParkingSessionEvent, frozen=True, kw_only=True):
    """A vehicle is in a bay. Said again, with the same id, once it is known whose it is."""


class ParkingSessionCompleted(ParkingSessionEvent, frozen=True, kw_only=True):
    """The vehicle has left and its CDR is frozen: this is what is billed, to a driver who is known."""

    ended_at: datetime
    tariff_id: str
    tariff_version: int
    currency: str
    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal


class ChargingSessionIdle(SessionEvent, frozen=True, kw_only=True):
    """No energy has flowed since `since`, for longer than the grace: somebody else may wait for the place."""

    since: datetime


class SessionCredited(SessionEvent, frozen=True, kw_only=True):
    """A frozen CDR was wrong: this credits it whole.

    `credit_id` is the credit CDR's; the amounts are those of the credited CDR.
    """

    credit_id: str
    reason: str
    currency: str
    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal


def parking_session_id_of(tenant: TenantId, bay_id: str, occupied_at: datetime) -> str:
    """The session of a vehicle's stay in a bay: the same when events are replayed."""
    return event_id(tenant, "parking", bay_id, occupied_at.isoformat())


def session_id_of(tenant: TenantId, station_id: StationId, transaction_id: TransactionId) -> str:
    """The session of a transaction: known before its first fact, and the same when facts are replayed."""
    return event_id(tenant, "session", station_id, transaction_id)


class StartAdHoc(msgspec.Struct, frozen=True):
    """Hold a payment by the card of `payment_id`, and start charging for nobody we know (OCPP 2.1 C25).

    Idempotent by `payment_id`, which is the intent's id.
    """

    tenant: TenantId
    payment_id: str
    station_id: StationId
    evse: int


class AdHocStart(msgspec.Struct, frozen=True):
    """How the intent stands; `detail` says why it failed."""

    state: str
    detail: str


EVENTS = (
    EventRow(ChargingSessionStarted, Kind.DOMAIN, "sessions", "started"),
    EventRow(ChargingSessionUpdated, Kind.DOMAIN, "sessions", "updated"),
    EventRow(ChargingSessionCompleted, Kind.DOMAIN, "sessions", "completed"),
    EventRow(ChargingSessionIdle, Kind.DOMAIN, "sessions", "idle"),
    EventRow(ParkingSessionStarted, Kind.DOMAIN, "sessions", "parking_started"),
    EventRow(ParkingSessionCompleted, Kind.DOMAIN, "sessions", "parking_completed"),
    EventRow(SessionCredited, Kind.DOMAIN, "sessions", "credited"),
)

TOTAL_COST = Query("sessions", "total_cost", AskTotalCost, TotalCost)
TRANSACTION_LIMIT = Query("sessions", "transaction_limit", AskLimit, LimitAnswer)
START_AD_HOC = Query("sessions", "start_ad_hoc", StartAdHoc, AdHocStart)
