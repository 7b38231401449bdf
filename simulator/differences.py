"""The rows that are reconciled, in words that no CSMS owns, and the kinds of difference between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The import register at one instant within a transaction."""

    station_id: str
    transaction_id: str
    at: datetime
    register_wh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A transaction as the fleet lived it.

    `transaction_id` is None where a 1.6 CSMS never numbered it, `ended_at` and `energy_wh` while it ran. `readings` are
    those that the CSMS acknowledged; of `unanswered` others nobody knows whether they arrived. One that is not
    `is_final` was lived by a fleet that died: nobody knows how it went on.
    """

    station_id: str
    evse: int
    transaction_id: str | None
    id_token: str
    started_at: datetime
    ended_at: datetime | None
    energy_wh: int | None
    stopped_reason: str | None
    is_start_acknowledged: bool
    is_end_acknowledged: bool
    readings: tuple[Reading, ...] = ()
    unanswered: int = 0
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as the CSMS has it. `is_by_app`: its token was made for it, and says nothing of the driver."""

    session_id: str
    station_id: str
    evse: int
    transaction_id: str
    state: str
    driver_id: str | None
    token: str | None
    is_by_app: bool
    started_at: datetime
    ended_at: datetime | None
    energy_wh: Decimal
    tariff_id: str | None
    tariff_version: int | None
    cost_incl_vat: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice as the CSMS has it. `reason` says why it is open. One that is not of charging has no station."""

    invoice_id: str
    session_id: str
    station_id: str
    driver_id: str | None
    started_at: datetime
    energy_wh: Decimal
    total_incl_vat: Decimal
    currency: str
    paid: Decimal
    state: str
    reason: str = ""
    is_of_charging: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that the CSMS says came in."""

    reference: str
    invoice_id: str
    session_id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingSession:
    """A stay in a bay as the CSMS has it."""

    session_id: str
    bay_id: str
    location_id: str
    state: str
    driver_id: str | None
    started_at: datetime
    ended_at: datetime | None
    tariff_id: str | None
    tariff_version: int | None
    cost_incl_vat: Decimal
    currency: str


class Kind(StrEnum):
    """What can be different."""

    MISSING_SESSION = "missing session"
    UNKNOWN_SESSION = "unknown session"
    SESSION_TWICE = "session twice"
    SESSION_NOT_ENDED = "session not ended"
    SESSION_NOT_SETTLED = "session not settled"
    SESSION_ENDED_EARLY = "session ended early"
    SESSION_UNAUTHORISED = "session unauthorised"
    WRONG_EVSE = "wrong EVSE"
    WRONG_START = "wrong start"
    WRONG_END = "wrong end"
    WRONG_ENERGY = "wrong energy"
    WRONG_TOKEN = "wrong token"  # noqa: S105 # a name, no secret
    WRONG_DRIVER = "wrong driver"
    WRONG_TARIFF = "wrong tariff"
    WRONG_COST = "wrong cost"
    MISSING_READING = "missing reading"
    DOUBLED_READING = "doubled reading"
    WRONG_READING = "wrong reading"
    UNKNOWN_READING = "unknown reading"
    MISSING_STAY = "missing stay"
    UNKNOWN_STAY = "unknown stay"
    STAY_TWICE = "stay twice"
    STAY_NOT_ENDED = "stay not ended"
    STAY_NOT_SETTLED = "stay not settled"
    STAY_ENDED_EARLY = "stay ended early"
    WRONG_ARRIVAL = "wrong arrival"
    WRONG_DEPARTURE = "wrong departure"
    WRONG_PARKER = "wrong parker"
    WRONG_STAY_COST = "wrong cost of a stay"
    MISSING_INVOICE = "missing invoice"
    BILLED_TWICE = "billed twice"
    UNKNOWN_INVOICE = "unknown invoice"
    WRONG_INVOICE_ENERGY = "wrong energy on the invoice"
    WRONG_TOTAL = "wrong total"
    WRONG_PAYER = "wrong payer"
    INVOICE_NOT_COLLECTED = "invoice not collected"
    PAID_TWICE = "paid twice"
    PAYMENT_MISSING = "payment missing"
    WRONG_PAID = "wrong sum of payments"
    UNKNOWN_PAYMENT = "unknown payment"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind means. `may_settle`: it can be so for a while, with nothing lost."""

    text: str
    may_settle: bool = False


MEANINGS: Mapping[Kind, Meaning] = {
    Kind.MISSING_SESSION: Meaning("the CSMS acknowledged a start and has no session of it", may_settle=True),
    Kind.UNKNOWN_SESSION: Meaning("the CSMS has a session that no station of the fleet delivered"),
    Kind.SESSION_TWICE: Meaning("the CSMS has two sessions of one transaction"),
    Kind.SESSION_NOT_ENDED: Meaning("the CSMS acknowledged the end, and the session still runs", may_settle=True),
    Kind.SESSION_NOT_SETTLED: Meaning("the session has ended, and its record is not frozen", may_settle=True),
    Kind.SESSION_ENDED_EARLY: Meaning("the CSMS ended a session whose transaction still ran"),
    Kind.SESSION_UNAUTHORISED: Meaning("the CSMS lets nobody pay for what it let the station deliver", may_settle=True),
    Kind.WRONG_EVSE: Meaning("the session is on another EVSE than the car was"),
    Kind.WRONG_START: Meaning("the session begins at another instant than the transaction"),
    Kind.WRONG_END: Meaning("the session ends at another instant than the transaction"),
    Kind.WRONG_ENERGY: Meaning("the session has another energy than the meter's registers"),
    Kind.WRONG_TOKEN: Meaning("the session names another token than the one that was presented"),
    Kind.WRONG_DRIVER: Meaning("the session is another driver's than the token's other sessions", may_settle=True),
    Kind.WRONG_TARIFF: Meaning("the session has another tariff than was in force there at its start", may_settle=True),
    Kind.WRONG_COST: Meaning("the session costs something else than its energy by its tariff"),
    Kind.MISSING_READING: Meaning("the CSMS acknowledged a reading and does not have it", may_settle=True),
    Kind.DOUBLED_READING: Meaning("the CSMS has a reading more often than it was said"),
    Kind.WRONG_READING: Meaning("the CSMS has another register for the instant than the meter had"),
    Kind.UNKNOWN_READING: Meaning("the CSMS has a reading that nobody said"),
    Kind.MISSING_STAY: Meaning("the CSMS acknowledged that a vehicle came, and has no stay of it", may_settle=True),
    Kind.UNKNOWN_STAY: Meaning("the CSMS has a stay in a bay of the fleet in which nobody stood then"),
    Kind.STAY_TWICE: Meaning("the CSMS has two stays of one vehicle's time in a bay"),
    Kind.STAY_NOT_ENDED: Meaning("the CSMS acknowledged that the vehicle left, and the stay goes on", may_settle=True),
    Kind.STAY_NOT_SETTLED: Meaning("the stay has ended, and has no price", may_settle=True),
    Kind.STAY_ENDED_EARLY: Meaning("the CSMS ended a stay without having heard that the vehicle left"),
    Kind.WRONG_ARRIVAL: Meaning("the stay begins at another instant than the vehicle came"),
    Kind.WRONG_DEPARTURE: Meaning("the stay ends at another instant than the vehicle left"),
    Kind.WRONG_PARKER: Meaning("the stay is not whose vehicle it was: who checked in, had reserved, or charged there"),
    Kind.WRONG_STAY_COST: Meaning("the stay, or its invoice, costs something else than its time by its tariff"),
    Kind.MISSING_INVOICE: Meaning("the session is complete and nobody is billed for it", may_settle=True),
    Kind.BILLED_TWICE: Meaning("the session has more than one invoice"),
    Kind.UNKNOWN_INVOICE: Meaning("the CSMS has an invoice without a session"),
    Kind.WRONG_INVOICE_ENERGY: Meaning("the invoice is for another energy than the meter's registers"),
    Kind.WRONG_TOTAL: Meaning("the invoice asks for something else than the energy costs by the tariff"),
    Kind.WRONG_PAYER: Meaning("the invoice is another driver's than the session"),
    Kind.INVOICE_NOT_COLLECTED: Meaning("nobody has tried to collect the invoice", may_settle=True),
    Kind.PAID_TWICE: Meaning("more money came in for the invoice than it asks for"),
    Kind.PAYMENT_MISSING: Meaning("the invoice counts as paid, and the money is not there"),
    Kind.WRONG_PAID: Meaning("the invoice says another sum than its payments make", may_settle=True),
    Kind.UNKNOWN_PAYMENT: Meaning("the CSMS has a payment for no invoice"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, with what should be and what is. `transaction_id` is empty where no transaction is known.

    Of a stay there is a `bay_id` instead of a station, and the time of the arrival instead of a transaction.
    """

    kind: Kind
    station_id: str
    transaction_id: str
    expected: str
    found: str
    bay_id: str = ""

    @property
    def meaning(self) -> str:
        return MEANINGS[self.kind].text

    @property
    def may_settle(self) -> bool:
        return MEANINGS[self.kind].may_settle

    def __str__(self) -> str:
        return (
            f"{self.bay_id or self.station_id} {self.transaction_id or '-'}: "
            f"{self.kind}: expected {self.expected}, found {self.found}"
        )
