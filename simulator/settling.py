"""A ledger is reconciled with a CSMS, again and again, until what may settle has settled."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from simulator.books import OperatorsView
from simulator.differences import MEANINGS, Delivered, Reading
from simulator.expected_price import PriceList
from simulator.ledger import AcknowledgedReading, Began, LedgerBook, LedgerEntry
from simulator.parking.comparison import compare_stays
from simulator.parking.expected import expected_stays
from simulator.reconciliation import Reconciliation, Scope, reconcile

_WAIT_S = (0.5, 5.0)
_NOBODY_KNOWS = 1_000_000
_LAST_WORDS = timedelta(minutes=1)


async def reconcile_when_settled(
    book: LedgerBook,
    view: OperatorsView,
    prices: PriceList,
    *,
    patience_s: float,
    tenant: str = "default",
    report: Callable[[str], None] = lambda _line: None,
) -> Reconciliation:
    """The reconciliation once nothing that may settle is different, or after `patience_s`. Raises BooksUnreadable."""
    scope, delivered = scope_of(book, tenant=tenant), delivered_of(book, tenant=tenant)
    expected = expected_stays(book.stays, book.parked, tenant=tenant)
    deadline, wait_s = time.monotonic() + patience_s, _WAIT_S[0]
    while True:
        books = await view.read(scope, prices)
        found = reconcile(delivered, books, scope=scope)
        compare_stays(expected, books, scope=scope, found=found)
        left_s = deadline - time.monotonic()
        if not found.may_settle or left_s <= 0:
            return found
        waiting = ", ".join(f"{count} {kind}" for kind, count in found.by_kind.items() if MEANINGS[kind].may_settle)
        report(f"waiting {left_s:.0f} s at most for what may settle: {waiting}")
        await asyncio.sleep(min(wait_s, left_s))
        wait_s = min(2 * wait_s, _WAIT_S[1])


def scope_of(book: LedgerBook, *, tenant: str = "default") -> Scope:
    """What the ledger covers. Where the fleet did not end in order: a minute beyond the last that is known of it."""
    known = [book.header.began_at, *(reading.at for reading in book.readings)]
    known += [at for entry in book.entries for at in (entry.started_at, entry.ended_at) if at is not None]
    known += [one.started_at for one in book.running]
    known += [at for stay in book.stays for at in (stay.arrived_at, stay.left_at) if at is not None]
    known += [one.arrived_at for one in book.parked]
    return Scope(
        stations=frozenset(station for owner, station in book.header.stations if owner == tenant),
        bays=frozenset(bay for owner, bay in book.header.bays if owner == tenant),
        begin=book.header.began_at,
        end=book.closed_at if book.closed_at is not None else max(known) + _LAST_WORDS,
    )


def delivered_of(book: LedgerBook, *, tenant: str = "default") -> list[Delivered]:
    """The ledger's transactions as they are compared."""
    readings: dict[tuple[str, str], list[AcknowledgedReading]] = {}
    for reading in book.readings:
        if reading.tenant == tenant:
            readings.setdefault((reading.station_id, reading.local_id), []).append(reading)
    ended = [
        _ended(entry, readings.get((entry.station_id, entry.local_id), []))
        for entry in book.entries
        if entry.tenant == tenant
    ]
    running = [
        _running(one, readings.get((one.station_id, one.local_id), [])) for one in book.running if one.tenant == tenant
    ]
    return [*ended, *running]


def _ended(entry: LedgerEntry, readings: list[AcknowledgedReading]) -> Delivered:
    return Delivered(
        station_id=entry.station_id,
        evse=entry.evse,
        transaction_id=entry.transaction_id,
        id_token=entry.id_token,
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        energy_wh=entry.energy_wh,
        stopped_reason=entry.stopped_reason,
        is_start_acknowledged=entry.is_start_acknowledged,
        is_end_acknowledged=entry.is_end_acknowledged,
        readings=_acknowledged(entry.transaction_id, readings),
        unanswered=entry.readings_said - entry.readings_acknowledged,
    )


def _running(began: Began, readings: list[AcknowledgedReading]) -> Delivered:
    """A transaction of which the fleet could not say how it went on: the CSMS may have heard more, or nothing."""
    return Delivered(
        station_id=began.station_id,
        evse=began.evse,
        transaction_id=began.transaction_id,
        id_token=began.id_token,
        started_at=began.started_at,
        ended_at=None,
        energy_wh=None,
        stopped_reason=None,
        is_start_acknowledged=False,
        is_end_acknowledged=False,
        readings=_acknowledged(began.transaction_id, readings),
        unanswered=_NOBODY_KNOWS,
        is_final=False,
    )


def _acknowledged(transaction_id: str | None, readings: list[AcknowledgedReading]) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            station_id=one.station_id,
            transaction_id=transaction_id or "",
            at=one.at,
            register_wh=Decimal(one.register_wh),
        )
        for one in readings
    )
