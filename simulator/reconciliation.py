"""What the fleet delivered against what the CSMS has booked; a plain function, without I/O.

Invariants:
1. Of everything that the CSMS acknowledged there is one session with the meter's energy and the station's instants,
   every reading once, and one invoice of the right driver, for the price by the tariff in force, paid at most once.
2. What the CSMS did not acknowledge may be there or not; nothing else may be there.
3. A first cause is named, and not what follows from it: of a session that is not complete no invoice is expected, and
   the price of a session with the wrong energy or tariff is not compared.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from protocol.domain.identifiers import IdToken
from protocol.domain.money import Money
from protocol.domain.time import format_timestamp
from simulator.differences import Delivered, Difference, Invoice, Kind, ParkingSession, Payment, Reading, Session
from simulator.expected_price import FREE, PriceList, Unpriced, Version, expected_total
from simulator.parking.expected import ExpectedStay

ItemT = TypeVar("ItemT")
KeyT = TypeVar("KeyT")

_EXACTNESS = timedelta(milliseconds=1)
_COMPLETED, _UNAUTHORISED = "completed", "unauthorised"
_DUE, _PAID = "due", "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the ledger can say something about: these stations and parking bays, from `begin` to `end`."""

    stations: frozenset[str]
    begin: datetime
    end: datetime
    bays: frozenset[str] = frozenset()

    def covers(self, station_id: str, started_at: datetime) -> bool:
        """Whether the fleet would know."""
        return station_id in self.stations and self.begin <= started_at <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the CSMS has, and the tariffs by which it should have billed."""

    sessions: Sequence[Session]
    readings: Sequence[Reading]
    invoices: Sequence[Invoice]
    payments: Sequence[Payment]
    prices: PriceList
    stays: Sequence[ParkingSession] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A delivered transaction, its session, and the session's first invoice, as far as they are there."""

    delivered: Delivered
    session: Session | None = None
    invoice: Invoice | None = None


@dataclass(frozen=True, slots=True)
class StayMatch:
    """A vehicle's time in a bay as the CSMS should have it, the session that it has, and that session's invoice."""

    expected: ExpectedStay
    session: ParkingSession | None = None
    invoice: Invoice | None = None


@dataclass(slots=True)
class Reconciliation:
    """What was found. `priced` counts the prices that were worked out; `unpriced` why others were not.

    `stays` are the vehicles' times in bays that were looked for, each with its session and invoice where there are any.
    """

    matches: list[Match] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    readings: int = 0
    payments: int = 0
    priced: int = 0
    unpriced: Counter[str] = field(default_factory=Counter)
    stays: list[StayMatch] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.differences

    @property
    def may_settle(self) -> bool:
        """Whether some of it may be a matter of waiting."""
        return any(difference.may_settle for difference in self.differences)

    @property
    def by_kind(self) -> Counter[Kind]:
        """How many differences of each kind, in the order of the table."""
        counted = Counter(difference.kind for difference in self.differences)
        return Counter({kind: counted[kind] for kind in Kind if kind in counted})


def reconcile(delivered: Sequence[Delivered], books: Books, *, scope: Scope) -> Reconciliation:
    """Every difference between what was delivered and what is booked, station by station."""
    return _Comparison(delivered, books, scope).run()


class _Comparison:
    def __init__(self, delivered: Sequence[Delivered], books: Books, scope: Scope) -> None:
        self._delivered = delivered
        self._books = books
        self._scope = scope
        self._found = Reconciliation()
        self._sessions = _sessions_by_transaction(delivered, books.sessions)
        self._readings = group(books.readings, lambda one: (one.station_id, one.transaction_id))
        self._invoices = group(books.invoices, lambda one: one.session_id)
        self._payments = group(books.payments, lambda one: one.invoice_id)
        self._driver_of = _usual_drivers(delivered, self._sessions)

    def run(self) -> Reconciliation:
        for index, one in enumerate(self._delivered):
            self._compare(one, self._sessions.get(index, []))
        self._find_unknown()
        self._found.differences.sort(key=lambda one: (one.station_id, one.transaction_id, list(Kind).index(one.kind)))
        return self._found

    def _compare(self, delivered: Delivered, sessions: Sequence[Session]) -> None:
        if not sessions:
            self._found.matches.append(Match(delivered))
            if delivered.is_start_acknowledged:
                self._differ(Kind.MISSING_SESSION, delivered, "a session", "none")
            return
        session = sessions[0]
        invoices = self._invoices.get(session.session_id, [])
        self._found.matches.append(Match(delivered, session, invoices[0] if invoices else None))
        if len(sessions) > 1:
            self._differ(Kind.SESSION_TWICE, delivered, "one session", f"{len(sessions)}")
        self._compare_session(delivered, session)
        self._compare_readings(delivered, session)
        self._compare_invoices(delivered, session, invoices)

    def _compare_session(self, delivered: Delivered, session: Session) -> None:
        self._expect(Kind.WRONG_EVSE, delivered, str(delivered.evse), str(session.evse))
        self._expect_instant(Kind.WRONG_START, delivered, delivered.started_at, session.started_at)
        if not session.is_by_app and session.token is not None:
            self._expect(Kind.WRONG_TOKEN, delivered, IdToken(delivered.id_token).mask, session.token)
        usual = self._driver_of.get(delivered.id_token)
        if usual is not None and not session.is_by_app and session.state == _COMPLETED:
            self._expect(Kind.WRONG_DRIVER, delivered, usual, session.driver_id or "nobody")
        if delivered.is_end_acknowledged:
            self._compare_end(delivered, session)
        elif delivered.is_final and delivered.ended_at is None and session.ended_at is not None:
            self._differ(Kind.SESSION_ENDED_EARLY, delivered, "running", f"ended {_text(session.ended_at)}")

    def _compare_end(self, delivered: Delivered, session: Session) -> None:
        assert delivered.ended_at is not None  # what has not ended has no acknowledged end
        if session.ended_at is None:
            self._differ(Kind.SESSION_NOT_ENDED, delivered, f"ended {_text(delivered.ended_at)}", session.state)
            return
        self._expect_instant(Kind.WRONG_END, delivered, delivered.ended_at, session.ended_at)
        if session.state == _UNAUTHORISED:
            if delivered.stopped_reason != "DeAuthorized":
                self._differ(Kind.SESSION_UNAUTHORISED, delivered, _COMPLETED, session.state)
            return
        if session.state != _COMPLETED:
            self._differ(Kind.SESSION_NOT_SETTLED, delivered, _COMPLETED, session.state)
            return
        self._expect_energy(Kind.WRONG_ENERGY, delivered, session.energy_wh)

    def _compare_readings(self, delivered: Delivered, session: Session) -> None:
        booked = self._readings.pop((session.station_id, session.transaction_id), [])
        self._found.readings += len(booked)
        said_at = group(delivered.readings, lambda one: one.at)
        booked_at = group(booked, lambda one: one.at)
        unanswered = delivered.unanswered
        for at in sorted({*said_at, *booked_at}):
            said = sorted(one.register_wh for one in said_at.get(at, ()))
            has = sorted(one.register_wh for one in booked_at.get(at, ()))
            if len(has) > len(said) and unanswered > 0:
                unanswered -= len(has) - len(said)
            elif said != has:
                self._differ(_kind_of_reading(said, has), delivered, _registers(at, said), _registers(at, has))

    def _compare_invoices(self, delivered: Delivered, session: Session, invoices: Sequence[Invoice]) -> None:
        if not invoices:
            if session.state == _COMPLETED:
                self._differ(Kind.MISSING_INVOICE, delivered, "an invoice", "none")
            return
        if len(invoices) > 1:
            self._differ(Kind.BILLED_TWICE, delivered, "one invoice", f"{len(invoices)}")
        price = self._price(delivered, session)
        cost = Money(session.cost_incl_vat, session.currency)
        is_cost_right = price is None or self._expect(Kind.WRONG_COST, delivered, price, cost)
        for invoice in invoices:
            total = Money(invoice.total_incl_vat, invoice.currency)
            is_energy_right = delivered.energy_wh is None or self._expect_energy(
                Kind.WRONG_INVOICE_ENERGY, delivered, invoice.energy_wh
            )
            if price is not None and is_energy_right and (is_cost_right or total != cost):
                self._expect(Kind.WRONG_TOTAL, delivered, price, total)
            self._expect(Kind.WRONG_PAYER, delivered, session.driver_id or "nobody", invoice.driver_id or "nobody")
            self._compare_payments(delivered, invoice)

    def _price(self, delivered: Delivered, session: Session) -> Money | None:
        """What it should cost; None where energy or tariff are wrong already, or the tariff cannot be applied here."""
        if session.state != _COMPLETED or session.energy_wh != delivered.energy_wh:
            return None
        try:
            version = self._books.prices.find(delivered.station_id, delivered.evse, delivered.started_at)
            if not is_tariff(version, session):
                found = f"{session.tariff_id} version {session.tariff_version}"
                self._differ(Kind.WRONG_TARIFF, delivered, name_tariff(version), found)
                return None
            if version is None:
                price = Money(Decimal(0), session.currency).rounded()
            else:
                price = expected_total(version.tariff, session.energy_wh)
        except Unpriced as reason:
            self._found.unpriced[str(reason)] += 1
            return None
        self._found.priced += 1
        return price

    def _compare_payments(self, delivered: Delivered, invoice: Invoice) -> None:
        payments = self._payments.pop(invoice.invoice_id, [])
        self._found.payments += len(payments)
        difference = find_wrong_payment(invoice, payments)
        if difference is not None:
            self._differ(difference[0], delivered, *difference[1:])

    def _find_unknown(self) -> None:
        known = {session.session_id for sessions in self._sessions.values() for session in sessions}
        for session in self._books.sessions:
            if session.session_id not in known and self._scope.covers(session.station_id, session.started_at):
                found = f"{session.state}, {session.energy_wh} Wh from {_text(session.started_at)}"
                self._add(Kind.UNKNOWN_SESSION, session.station_id, session.transaction_id, "none", found)
        booked = {session.session_id: session for session in self._books.sessions}
        for invoice in self._books.invoices:
            if (
                invoice.is_of_charging
                and invoice.session_id not in booked
                and self._scope.covers(invoice.station_id, invoice.started_at)
            ):
                found = say_money(Money(invoice.total_incl_vat, invoice.currency))
                self._add(Kind.UNKNOWN_INVOICE, invoice.station_id, "", "none", found)
        self._find_unknown_readings(booked)
        invoices = {invoice.invoice_id for invoice in self._books.invoices}
        for payment in self._books.payments:
            if payment.invoice_id not in invoices:
                self._add(Kind.UNKNOWN_PAYMENT, "", "", "none", f"{payment.amount} {payment.currency}")

    def _find_unknown_readings(self, booked: Mapping[str, Session]) -> None:
        named = {(session.station_id, session.transaction_id) for session in booked.values()}
        named |= {(one.station_id, one.transaction_id) for one in self._delivered if one.transaction_id is not None}
        for (station_id, transaction_id), readings in self._readings.items():
            if (station_id, transaction_id) not in named and self._scope.covers(station_id, readings[0].at):
                self._add(Kind.UNKNOWN_READING, station_id, transaction_id, "none", f"{len(readings)} readings")

    def _expect(self, kind: Kind, delivered: Delivered, expected: object, found: object) -> bool:
        if expected == found:
            return True
        self._differ(kind, delivered, _say(expected), _say(found))
        return False

    def _expect_energy(self, kind: Kind, delivered: Delivered, found_wh: Decimal) -> bool:
        if delivered.energy_wh == found_wh:
            return True
        self._differ(kind, delivered, f"{delivered.energy_wh} Wh", f"{found_wh} Wh")
        return False

    def _expect_instant(self, kind: Kind, delivered: Delivered, expected: datetime, found: datetime) -> None:
        if abs(expected - found) >= _EXACTNESS:
            self._differ(kind, delivered, _text(expected), _text(found))

    def _differ(self, kind: Kind, delivered: Delivered, expected: str, found: str) -> None:
        name = delivered.transaction_id or f"EVSE {delivered.evse} {_text(delivered.started_at)}"
        self._add(kind, delivered.station_id, name, expected, found)

    def _add(self, kind: Kind, station_id: str, transaction_id: str, expected: str, found: str) -> None:
        self._found.differences.append(Difference(kind, station_id, transaction_id, expected, found))


def find_wrong_payment(invoice: Invoice, payments: Sequence[Payment]) -> tuple[Kind, str, str] | None:
    """What is wrong with the money that came in for the invoice: the kind, what should be, and what is."""
    came_in = Money(sum((one.amount for one in payments), Decimal(0)), invoice.currency)
    total, paid = Money(invoice.total_incl_vat, invoice.currency), Money(invoice.paid, invoice.currency)
    if invoice.state == _DUE:
        return Kind.INVOICE_NOT_COLLECTED, "paid or open", invoice.state
    if came_in.amount > total.amount:
        return Kind.PAID_TWICE, say_money(total), f"{say_money(came_in)} in {len(payments)} payments"
    if invoice.state == _PAID and came_in.amount < total.amount:
        return Kind.PAYMENT_MISSING, say_money(total), say_money(came_in)
    return None if came_in == paid else (Kind.WRONG_PAID, say_money(came_in), say_money(paid))


def _sessions_by_transaction(delivered: Sequence[Delivered], sessions: Sequence[Session]) -> dict[int, list[Session]]:
    """The sessions of each delivered transaction, by its index; one without a name is known by its place and start."""
    by_name = group(sessions, lambda one: (one.station_id, one.transaction_id))
    by_start = group(sessions, lambda one: (one.station_id, one.evse, one.started_at))
    found = {}
    for index, one in enumerate(delivered):
        if one.transaction_id is not None:
            found[index] = by_name.get((one.station_id, one.transaction_id), [])
        else:
            found[index] = by_start.get((one.station_id, one.evse, one.started_at), [])
    return found


def _usual_drivers(delivered: Sequence[Delivered], sessions: Mapping[int, Sequence[Session]]) -> dict[str, str]:
    """Whose most of a token's sessions are; nothing of a token whose sessions are of many."""
    drivers: dict[str, Counter[str]] = defaultdict(Counter)
    for index, one in enumerate(delivered):
        drivers[one.id_token].update(
            session.driver_id
            for session in sessions.get(index, ())
            if session.driver_id is not None and not session.is_by_app
        )
    usual = {token: counted.most_common(1)[0] for token, counted in drivers.items() if counted}
    return {token: driver for token, (driver, count) in usual.items() if 2 * count > drivers[token].total()}


def group(items: Iterable[ItemT], key: Callable[[ItemT], KeyT]) -> dict[KeyT, list[ItemT]]:
    """The items by their key, in their order."""
    groups: dict[KeyT, list[ItemT]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _kind_of_reading(said: Sequence[Decimal], has: Sequence[Decimal]) -> Kind:
    if len(has) < len(said):
        return Kind.MISSING_READING
    if not said:
        return Kind.UNKNOWN_READING
    return Kind.DOUBLED_READING if len(has) > len(said) else Kind.WRONG_READING


def is_tariff(version: Version | None, session: Session | ParkingSession) -> bool:
    """Whether the session was priced by this version; None: by none."""
    if version is None:
        return session.tariff_id == FREE
    return version.tariff.id == session.tariff_id and version.number in (None, session.tariff_version)


def name_tariff(version: Version | None) -> str:
    """The tariff and its version, for people."""
    if version is None:
        return FREE
    return version.tariff.id if version.number is None else f"{version.tariff.id} version {version.number}"


def _registers(at: datetime, registers_wh: Sequence[Decimal]) -> str:
    return f"{', '.join(f'{one:f} Wh' for one in registers_wh) or 'none'} at {_text(at)}"


def _say(value: object) -> str:
    return say_money(value) if isinstance(value, Money) else str(value)


def say_money(money: Money) -> str:
    """The amount and its currency."""
    return f"{money.amount} {money.currency}"


def _text(at: datetime) -> str:
    return format_timestamp(at)
