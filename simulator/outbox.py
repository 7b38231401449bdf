"""What a station has yet to say, in the order in which it may be said.

Invariants:
1. Facts (what bears on a transaction) leave in the order in which they happened, one at a time, and the next only when
   the one before is settled (OCPP 1.6 §4.8; OCPP 2.0.1 E04).
2. A fact is given up only when the CSMS has refused it `refusal_attempts` times; silence and lost sockets cost nothing.
3. What is said again has the same content, whatever happened since.
4. The rest is said first, and is forgotten when the socket is lost.
5. Over the bound, the oldest reading in between goes; starts and ends stay.
"""

from collections.abc import Iterator

import msgspec

from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart
from protocol.domain.metering import MeterValue
from simulator.evse import Transaction


class Entry(msgspec.Struct, eq=False):
    """One message on its way. `refusals` counts CALLERRORs, `silences` time-outs; `payload` is kept once encoded.

    `readings` are those of the message that say the import register.
    """

    message: msgspec.Struct
    evse: int = 0
    transaction: Transaction | None = None
    is_triggered: bool = False
    readings: tuple[MeterValue, ...] = ()
    payload: bytes | None = None
    refusals: int = 0
    silences: int = 0
    not_before: float = 0.0

    @property
    def is_fact(self) -> bool:
        return self.transaction is not None


class Outbox:
    """Two queues: `facts`, and the rest, which is urgent or worthless later."""

    __slots__ = ("_bound", "_facts", "_urgent")

    def __init__(self, *, bound: int) -> None:
        self._bound = bound
        # Lists: nearly always empty, and a deque is half a KiB even then.
        self._urgent: list[Entry] = []
        self._facts: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        yield from self._urgent
        yield from self._facts

    @property
    def has_facts(self) -> bool:
        return bool(self._facts)

    def post(self, entry: Entry) -> None:
        """Say it when its turn comes."""
        if not entry.is_fact:
            self._urgent.append(entry)
            return
        self._facts.append(entry)
        if len(self._facts) > self._bound:
            self._thin_out()

    def find_next(self, *, is_accepted: bool, allowed: type[msgspec.Struct], now: float) -> Entry | None:
        """The entry to be said now. Before the CSMS accepts the station, only `allowed` and what it asked for."""
        if not is_accepted:
            urgent = (entry for entry in self._urgent if entry.is_triggered or isinstance(entry.message, allowed))
            return next(urgent, None)
        if self._urgent:
            return self._urgent[0]
        if self._facts and self._facts[0].not_before <= now:
            return self._facts[0]
        return None

    def is_urgent(self, kind: type[msgspec.Struct]) -> bool:
        """Whether a message of this kind is on its way already."""
        return any(isinstance(entry.message, kind) for entry in self._urgent)

    @property
    def next_attempt_at(self) -> float | None:
        """When the first fact may be said again; None without one."""
        return self._facts[0].not_before if self._facts else None

    def settle(self, entry: Entry) -> None:
        """It has been said, or given up."""
        (self._facts if entry.is_fact else self._urgent).remove(entry)

    def drop_urgent(self) -> tuple[Entry, ...]:
        """Forget what only a live socket can carry, and return it."""
        dropped = tuple(self._urgent)
        self._urgent.clear()
        return dropped

    def forget_waits(self) -> None:
        """A new socket: what waited to be said again may be said at once."""
        if self._facts:
            self._facts[0].not_before = 0.0

    def _thin_out(self) -> None:
        # The first may be on its way.
        for index in range(1, len(self._facts)):
            entry = self._facts[index]
            if not isinstance(entry.message, TransactionStart | TransactionEnd):
                assert entry.transaction is not None  # a fact has one
                entry.transaction.give_up(entry.message)
                del self._facts[index]
                return
