"""What the fleet delivered, as its meters say it, and what the CSMS has confirmed.

Invariants:
1. Each transaction that began has one entry, whatever became of its messages.
2. In the file an entry is written when nothing more can change it: its end is acknowledged, or the fleet has ended.
"""

from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import msgspec

from protocol.domain.time import format_timestamp
from simulator.evse import Transaction
from simulator.plan import StationPlan
from simulator.state import Happening, Notice


class LedgerEntry(msgspec.Struct, frozen=True):
    """One transaction. `transaction_id` is None for a 1.6 start that the CSMS never numbered.

    `energy_wh` is None where the transaction still ran; the token is clear, for it is the simulator's own.
    """

    tenant: str
    station_id: str
    version: str
    evse: int
    local_id: str
    transaction_id: str | None
    id_token: str
    started_at: str
    start_register_wh: int
    ended_at: str | None
    end_register_wh: int | None
    energy_wh: int | None
    stopped_reason: str | None
    is_start_acknowledged: bool
    is_end_acknowledged: bool


class Ledger:
    """The fleet's book; with a path also a file of JSON lines, written as sessions are confirmed."""

    def __init__(self, path: Path | None = None) -> None:
        self._rows: dict[tuple[str, str, str], tuple[StationPlan, Transaction]] = {}
        self._written: set[tuple[str, str, str]] = set()
        self._file: TextIO | None = None if path is None else path.open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every transaction, in the order in which they began."""
        return tuple(_entry(plan, transaction) for plan, transaction in self._rows.values())

    def record(self, plan: StationPlan, notice: Notice) -> None:
        """Keep what the notice says of a transaction."""
        transaction = notice.transaction
        if transaction is None:
            return
        key = plan.tenant, plan.station_id, transaction.local_id
        self._rows.setdefault(key, (plan, transaction))
        if notice.happening is Happening.END_ACKNOWLEDGED:
            self._write(key)

    def close(self) -> None:
        """What is not in the file yet is written as it stands."""
        if self._file is None:
            return
        for key in self._rows:
            self._write(key)
        self._file.close()
        self._file = None

    def _write(self, key: tuple[str, str, str]) -> None:
        if self._file is None or key in self._written:
            return
        self._written.add(key)
        self._file.write(msgspec.json.encode(_entry(*self._rows[key])).decode() + "\n")
        self._file.flush()


def _entry(plan: StationPlan, transaction: Transaction) -> LedgerEntry:
    return LedgerEntry(
        tenant=plan.tenant,
        station_id=plan.station_id,
        version=str(plan.version),
        evse=transaction.evse,
        local_id=transaction.local_id,
        transaction_id=transaction.transaction_id,
        id_token=transaction.id_token.value,
        started_at=format_timestamp(transaction.started_at),
        start_register_wh=transaction.start_register_wh,
        ended_at=None if transaction.ended_at is None else format_timestamp(transaction.ended_at),
        end_register_wh=transaction.end_register_wh,
        energy_wh=transaction.energy_wh,
        stopped_reason=transaction.stopped_reason,
        is_start_acknowledged=transaction.is_start_acknowledged,
        is_end_acknowledged=transaction.is_end_acknowledged,
    )
