"""What the fleet delivered, as its meters say it, and what the CSMS has acknowledged.

The file has one JSON object a line; `kind` says which, and each kind is a type of this module:

| kind | is written | says |
|---|---|---|
| ledger | first | format, seed, URL of the CSMS, when the stations were switched on, and which they are |
| began | when a transaction begins, before the CSMS has heard of it | its station, EVSE, token, instant, register |
| reading | when the CSMS has acknowledged a reading | the instant and the register |
| transaction | when nothing more can change | everything that is known of one transaction |
| parked | when a vehicle comes into a bay, before the platform has heard of it | the bay, and the instant |
| stay | when nothing more can change | everything that is known of one vehicle's time in one bay |
| closed | last, when the fleet has ended | when |

Invariants:
1. Each transaction that began, and each stay, has one entry, whatever became of its messages.
2. An entry is final when its end is acknowledged or given up, or the fleet has ended; then it is written, whole. A
   stay's is when all that was said of it was answered.
3. What is written outlives the process, however it ends: a reader finds whole lines, and half of the last at most.
4. With a file, memory holds the transactions that are not final; without one, every entry. It never holds readings.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from protocol.blocks.transactions.messages import TransactionEnd
from protocol.domain.identifiers import DEFAULT_TENANT
from protocol.domain.metering import MeterValue, import_register_wh
from simulator.errors import SimulatorError
from simulator.evse import Transaction
from simulator.parking.plan import BayPlan
from simulator.parking.records import Parked, StayEntry, entry_of, parked_of
from simulator.parking.stay import Stay
from simulator.plan import StationPlan
from simulator.state import Happening, Notice

FORMAT = 1

Key = tuple[str, str, str]


class InvalidLedger(SimulatorError):
    """A file is not a ledger, or not one that can be read."""


class Header(msgspec.Struct, frozen=True, tag_field="kind", tag="ledger"):
    """Whose ledger it is. `stations` are pairs of tenant and station id, `bays` of tenant and bay id.

    `began_at` is by the stations' clock.
    """

    format: int
    seed: str
    url: str
    began_at: datetime
    stations: tuple[tuple[str, str], ...]
    bays: tuple[tuple[str, str], ...] = ()


class Began(msgspec.Struct, frozen=True, tag_field="kind", tag="began"):
    """A transaction began. `transaction_id` is None in 1.6, where the CSMS has yet to number it."""

    tenant: str
    station_id: str
    evse: int
    local_id: str
    transaction_id: str | None
    id_token: str
    started_at: datetime
    start_register_wh: int


class AcknowledgedReading(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="reading"):
    """The CSMS has the register of one instant, in Wh as decimal text."""

    station_id: str
    local_id: str
    at: datetime
    register_wh: str
    tenant: str = DEFAULT_TENANT


class LedgerEntry(msgspec.Struct, frozen=True, tag_field="kind", tag="transaction"):
    """One transaction. `transaction_id` is None for a 1.6 start that the CSMS never numbered.

    `energy_wh` is None where the transaction still ran; the token is clear, for it is the simulator's own. Readings are
    counted by instants at which the register was said. `given_up` counts by kind the messages that the CSMS refused for
    good, or that were dropped from a full queue. `shown_cost` is what the CSMS last had the station show of it.
    """

    tenant: str
    station_id: str
    version: str
    evse: int
    local_id: str
    transaction_id: str | None
    id_token: str
    started_at: datetime
    start_register_wh: int
    ended_at: datetime | None
    end_register_wh: int | None
    energy_wh: int | None
    stopped_reason: str | None
    is_start_acknowledged: bool
    is_end_acknowledged: bool
    readings_said: int
    readings_acknowledged: int
    given_up: dict[str, int]
    shown_cost: Decimal | None = None

    @property
    def key(self) -> Key:
        return self.tenant, self.station_id, self.local_id


class Closed(msgspec.Struct, frozen=True, tag_field="kind", tag="closed"):
    """The fleet has ended, at `at` by the stations' clock."""

    at: datetime


Line = Header | Began | AcknowledgedReading | LedgerEntry | Parked | StayEntry | Closed


@dataclass(frozen=True, slots=True)
class LedgerBook:
    """A ledger as it was read. Of a fleet that did not end in order, `running` and `parked` have no entry."""

    header: Header
    entries: tuple[LedgerEntry, ...]
    running: tuple[Began, ...]
    readings: tuple[AcknowledgedReading, ...]
    closed_at: datetime | None
    stays: tuple[StayEntry, ...] = ()
    parked: tuple[Parked, ...] = ()


class Ledger:
    """The fleet's book; with a path also a file, written as the stations live."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._open: dict[Key, tuple[StationPlan, Transaction]] = {}
        self._final: dict[Key, LedgerEntry] = {}
        self._order: dict[Key, None] = {}
        self._open_stays: dict[Stay, None] = {}
        self._final_stays: list[StayEntry] = []
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        self._file: int | None = None if path is None else os.open(path, flags, 0o644)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every transaction, in the order in which they began; of a file, what was written and what is open."""
        live = {key: _entry(*row) for key, row in self._open.items()}
        if self._path is None:
            known = self._final | live
            return tuple(known[key] for key in self._order)
        written = {line.key: line for line in read_lines(self._path) if isinstance(line, LedgerEntry)}
        return tuple(sorted((live | written).values(), key=lambda entry: (entry.started_at, entry.key)))

    def stays(self) -> tuple[StayEntry, ...]:
        """Every stay, those that are over first; of a file, what was written and what is open."""
        if self._path is None:
            over = self._final_stays
        else:
            over = [line for line in read_lines(self._path) if isinstance(line, StayEntry)]
        return (*over, *(entry_of(stay) for stay in self._open_stays))

    def begin(
        self,
        *,
        seed: str,
        url: str,
        began_at: datetime,
        stations: Iterable[StationPlan],
        bays: Iterable[BayPlan] = (),
    ) -> None:
        """The stations are switched on."""
        self._write(
            Header(
                format=FORMAT,
                seed=seed,
                url=url,
                began_at=began_at,
                stations=tuple((plan.tenant, plan.station_id) for plan in stations),
                bays=tuple(plan.key for plan in bays),
            )
        )

    def record(self, plan: StationPlan, notice: Notice) -> None:
        """Keep what the notice says of a transaction."""
        transaction = notice.transaction
        if transaction is None:
            return
        if notice.happening is Happening.TRANSACTION_STARTED:
            key = _key(plan, transaction)
            self._open[key] = plan, transaction
            if self._file is None:
                self._order[key] = None
            self._write(_began(plan, transaction))
        if self._file is not None:
            for value in notice.readings:
                self._write(_reading(plan, transaction, value))
        if transaction.is_end_acknowledged or TransactionEnd.__name__ in transaction.given_up:
            self._finish(_key(plan, transaction))

    def record_stay(self, stay: Stay) -> None:
        """Keep what has changed of the stay."""
        if stay not in self._open_stays:
            self._open_stays[stay] = None
            self._write(parked_of(stay))
        if stay.is_final:
            self._finish_stay(stay)

    def close(self, at: datetime | None = None) -> None:
        """What is not in the file yet is written as it stands; `at` None leaves open when the fleet ended."""
        if self._file is None:
            return
        for key in tuple(self._open):
            self._finish(key)
        for stay in tuple(self._open_stays):
            self._finish_stay(stay)
        if at is not None:
            self._write(Closed(at))
        os.close(self._file)
        self._file = None

    def _finish(self, key: Key) -> None:
        row = self._open.pop(key, None)
        if row is None:
            return
        entry = _entry(*row)
        if self._path is None:
            self._final[key] = entry
        self._write(entry)

    def _finish_stay(self, stay: Stay) -> None:
        del self._open_stays[stay]
        entry = entry_of(stay)
        if self._path is None:
            self._final_stays.append(entry)
        self._write(entry)

    def _write(self, line: Line) -> None:
        """One write a line, unbuffered: what the system has taken survives the process."""
        if self._file is None:
            return
        rest = memoryview(msgspec.json.encode(line) + b"\n")
        while rest:
            rest = rest[os.write(self._file, rest) :]


def read_ledger(path: Path) -> LedgerBook:
    """The ledger of a fleet that has ended, or was ended. Raises InvalidLedger, OSError."""
    lines = list(read_lines(path))
    if not lines or not isinstance(lines[0], Header):
        raise InvalidLedger(f"{path} does not begin like a ledger: give a file that `fleet run --ledger` has written")
    header = lines[0]
    if header.format != FORMAT:
        raise InvalidLedger(f"{path} is a ledger of format {header.format}; this program reads format {FORMAT}")
    entries = tuple(line for line in lines if isinstance(line, LedgerEntry))
    ended = {entry.key for entry in entries}
    stays = tuple(line for line in lines if isinstance(line, StayEntry))
    left = {stay.key for stay in stays}
    return LedgerBook(
        header=header,
        entries=entries,
        running=tuple(
            line
            for line in lines
            if isinstance(line, Began) and (line.tenant, line.station_id, line.local_id) not in ended
        ),
        readings=tuple(line for line in lines if isinstance(line, AcknowledgedReading)),
        closed_at=next((line.at for line in lines if isinstance(line, Closed)), None),
        stays=stays,
        parked=tuple(line for line in lines if isinstance(line, Parked) and line.key not in left),
    )


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a ledger, as far as they are whole. Raises InvalidLedger, OSError."""
    decode = msgspec.json.Decoder(Line).decode
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.endswith(b"\n"):
                return  # the process was killed within its last word
            try:
                yield decode(text)
            except msgspec.DecodeError as error:
                raise InvalidLedger(f"{path}, line {number} is no line of a ledger: {error}") from error


def _began(plan: StationPlan, transaction: Transaction) -> Began:
    return Began(
        tenant=plan.tenant,
        station_id=plan.station_id,
        evse=transaction.evse,
        local_id=transaction.local_id,
        transaction_id=transaction.transaction_id,
        id_token=transaction.id_token.value,
        started_at=transaction.started_at,
        start_register_wh=transaction.start_register_wh,
    )


def _key(plan: StationPlan, transaction: Transaction) -> Key:
    return plan.tenant, plan.station_id, transaction.local_id


def _reading(plan: StationPlan, transaction: Transaction, value: MeterValue) -> AcknowledgedReading:
    register_wh = import_register_wh(value)
    assert register_wh is not None  # a notice tells of readings that say the register
    return AcknowledgedReading(
        tenant=plan.tenant,
        station_id=plan.station_id,
        local_id=transaction.local_id,
        at=value.measured_at,
        register_wh=register_wh,
    )


def _entry(plan: StationPlan, transaction: Transaction) -> LedgerEntry:
    return LedgerEntry(
        tenant=plan.tenant,
        station_id=plan.station_id,
        version=str(plan.version),
        evse=transaction.evse,
        local_id=transaction.local_id,
        transaction_id=transaction.transaction_id,
        id_token=transaction.id_token.value,
        started_at=transaction.started_at,
        start_register_wh=transaction.start_register_wh,
        ended_at=transaction.ended_at,
        end_register_wh=transaction.end_register_wh,
        energy_wh=transaction.energy_wh,
        stopped_reason=transaction.stopped_reason,
        is_start_acknowledged=transaction.is_start_acknowledged,
        is_end_acknowledged=transaction.is_end_acknowledged,
        readings_said=transaction.readings_said,
        readings_acknowledged=transaction.readings_acknowledged,
        shown_cost=transaction.cost,
        given_up=dict(transaction.given_up),
    )
