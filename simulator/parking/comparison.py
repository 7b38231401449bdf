"""The stays of a fleet against the parking sessions and invoices of the CSMS; a plain function, without I/O.

Invariants:
1. Of every certain stay there is one session with the device's instants, of the right driver, for the price by the
   tariff in force; and one invoice of it where somebody is known to have stood there, paid at most once.
2. What is not certain may be there or not; nothing else may be there.
3. A first cause is named, and not what follows from it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from protocol.domain.money import Money
from protocol.domain.time import format_timestamp
from simulator.differences import Difference, Invoice, Kind, ParkingSession
from simulator.expected_price import Unpriced
from simulator.parking.expected import ExpectedStay
from simulator.parking.price import expected_stay_total
from simulator.reconciliation import (
    Books,
    Reconciliation,
    Scope,
    StayMatch,
    find_wrong_payment,
    group,
    is_tariff,
    name_tariff,
    say_money,
)

_EXACTNESS = timedelta(milliseconds=1)
_COMPLETED = "completed"


def compare_stays(expected: Sequence[ExpectedStay], books: Books, *, scope: Scope, found: Reconciliation) -> None:
    """Every difference is added to what was found of the fleet's transactions."""
    _Comparison(books, scope, found).run(expected)


class _Comparison:
    def __init__(self, books: Books, scope: Scope, found: Reconciliation) -> None:
        self._books = books
        self._scope = scope
        self._found = found
        self._left = group(books.stays, lambda one: one.bay_id)
        self._invoices = group(books.invoices, lambda one: one.session_id)
        self._payments = group(books.payments, lambda one: one.invoice_id)
        self._charged = group(books.sessions, lambda one: (one.station_id, one.evse))

    def run(self, expected: Sequence[ExpectedStay]) -> None:
        exact = [self._take(one, self._begins_exactly) for one in expected]
        for one, sessions in zip(expected, exact, strict=True):
            # What begins otherwise is looked for when every stay has had what is its own.
            self._compare(one, sessions or self._take(one, self._overlaps))
        for bay_id, sessions in sorted(self._left.items()):
            self._find_unknown(bay_id, sessions)

    def _find_unknown(self, bay_id: str, sessions: Sequence[ParkingSession]) -> None:
        for session in sessions:
            if bay_id in self._scope.bays and self._scope.begin <= session.started_at <= self._scope.end:
                text = f"{session.state} from {_text(session.started_at)}"
                self._add(Kind.UNKNOWN_STAY, session.bay_id, "", "none", text)

    def _take(self, one: ExpectedStay, fits: Callable[[ExpectedStay, ParkingSession], bool]) -> list[ParkingSession]:
        left = self._left.get(one.bay_id, [])
        taken = [session for session in left if fits(one, session)]
        if taken:
            self._left[one.bay_id] = [session for session in left if session not in taken]
        return taken

    @staticmethod
    def _begins_exactly(one: ExpectedStay, session: ParkingSession) -> bool:
        return abs(session.started_at - one.began_at) < _EXACTNESS

    def _overlaps(self, one: ExpectedStay, session: ParkingSession) -> bool:
        ends = one.ended_at or self._scope.end
        return session.started_at < ends and (session.ended_at is None or session.ended_at > one.began_at)

    def _compare(self, one: ExpectedStay, sessions: Sequence[ParkingSession]) -> None:
        if not sessions:
            self._found.stays.append(StayMatch(one))
            if one.is_certain:
                self._differ(Kind.MISSING_STAY, one, "a parking session", "none")
            return
        session = sessions[0]
        invoices = self._invoices.get(session.session_id, [])
        self._found.stays.append(StayMatch(one, session, invoices[0] if invoices else None))
        if len(sessions) > 1:
            self._differ(Kind.STAY_TWICE, one, "one parking session", f"{len(sessions)}")
        if not one.is_certain:
            return
        if not self._compare_times(one, session):
            return
        self._compare_driver(one, session)
        if one.ended_at is None:
            return  # a later fleet may have ended it
        if session.state != _COMPLETED:
            self._differ(Kind.STAY_NOT_SETTLED, one, _COMPLETED, session.state)
            return
        self._compare_invoices(one, session, invoices)

    def _compare_times(self, one: ExpectedStay, session: ParkingSession) -> bool:
        if abs(session.started_at - one.began_at) >= _EXACTNESS:
            self._differ(Kind.WRONG_ARRIVAL, one, _text(one.began_at), _text(session.started_at))
            return False
        if one.ended_at is None:
            if session.ended_at is not None and session.ended_at <= self._scope.end:
                self._differ(Kind.STAY_ENDED_EARLY, one, "parked", f"ended {_text(session.ended_at)}")
                return False
            return True
        if session.ended_at is None:
            self._differ(Kind.STAY_NOT_ENDED, one, f"ended {_text(one.ended_at)}", session.state)
            return False
        if abs(session.ended_at - one.ended_at) >= _EXACTNESS:
            self._differ(Kind.WRONG_DEPARTURE, one, _text(one.ended_at), _text(session.ended_at))
            return False
        return True

    def _compare_driver(self, one: ExpectedStay, session: ParkingSession) -> None:
        owners = {one.driver_id} if one.driver_id is not None else self._charged_there(one)
        expected = owners or {None}
        if session.driver_id not in expected:
            names = " or ".join(sorted(owner or "nobody" for owner in expected))
            self._differ(Kind.WRONG_PARKER, one, names, session.driver_id or "nobody")

    def _charged_there(self, one: ExpectedStay) -> set[str | None]:
        """Who began to charge at the bay's EVSE during the stay, as far as that is known."""
        if one.station_id is None:
            return set()
        ends = one.ended_at or self._scope.end
        return {
            session.driver_id
            for session in self._charged.get((one.station_id, one.evse or 0), ())
            if session.driver_id is not None and one.began_at <= session.started_at <= ends
        }

    def _compare_invoices(self, one: ExpectedStay, session: ParkingSession, invoices: Sequence[Invoice]) -> None:
        price, cost = self._price(one, session), Money(session.cost_incl_vat, session.currency)
        if price is not None and price != cost:
            self._differ(Kind.WRONG_STAY_COST, one, say_money(price), say_money(cost))
        if session.driver_id is None:
            if invoices:
                self._differ(Kind.WRONG_PAYER, one, "nobody", invoices[0].driver_id or "nobody")
            return
        if not invoices:
            self._differ(Kind.MISSING_INVOICE, one, "an invoice", "none")
        elif len(invoices) > 1:
            self._differ(Kind.BILLED_TWICE, one, "one invoice", f"{len(invoices)}")
        for invoice in invoices:
            total = Money(invoice.total_incl_vat, invoice.currency)
            if price is not None and total not in (price, cost):
                self._differ(Kind.WRONG_STAY_COST, one, say_money(price), say_money(total))
            elif price is None and total != cost:
                self._differ(Kind.WRONG_TOTAL, one, say_money(cost), say_money(total))
            if invoice.driver_id != session.driver_id:
                self._differ(Kind.WRONG_PAYER, one, session.driver_id, invoice.driver_id or "nobody")
            self._compare_payments(one, invoice)

    def _compare_payments(self, one: ExpectedStay, invoice: Invoice) -> None:
        payments = self._payments.get(invoice.invoice_id, [])
        self._found.payments += len(payments)
        difference = find_wrong_payment(invoice, payments)
        if difference is not None:
            self._differ(difference[0], one, *difference[1:])

    def _price(self, one: ExpectedStay, session: ParkingSession) -> Money | None:
        """What it should cost; None where the tariff is wrong already, or cannot be applied here."""
        assert one.ended_at is not None  # the caller has compared the ends
        try:
            version = self._books.prices.find_for_bay(session.bay_id, session.location_id, session.started_at)
            if not is_tariff(version, session):
                found = f"{session.tariff_id} version {session.tariff_version}"
                self._differ(Kind.WRONG_TARIFF, one, name_tariff(version), found)
                return None
            if version is None:
                price = Money(Decimal(0), session.currency).rounded()
            else:
                price = expected_stay_total(version.tariff, one.ended_at - one.began_at)
        except Unpriced as reason:
            self._found.unpriced[str(reason)] += 1
            return None
        self._found.priced += 1
        return price

    def _differ(self, kind: Kind, one: ExpectedStay, expected: str, found: str) -> None:
        self._add(kind, one.bay_id, _text(one.began_at), expected, found)

    def _add(self, kind: Kind, bay_id: str, began: str, expected: str, found: str) -> None:
        self._found.differences.append(Difference(kind, "", began, expected, found, bay_id))


def _text(at: datetime) -> str:
    return format_timestamp(at)
