"""What one connection has said of its transactions, and what does not fit together. Nothing is refused for it.

Invariants:
1. At most `REMEMBERED` transactions are known; the one that was spoken of longest ago is forgotten first.
2. What was said before the connection opened is not known: silence about it is no deviation.
3. At most twice as many numbers are remembered as missing, for each transaction; one of them that comes is late, and no
   repetition.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal

from protocol.blocks.transactions.messages import TransactionEnd, TransactionEvent, TransactionStart
from protocol.domain.identifiers import TransactionId
from protocol.domain.metering import ENERGY_IMPORT_REGISTER, MeterValue
from protocol.ocppj.repairs import Deviation

REMEMBERED = 64


@dataclass(slots=True)
class _Known:
    seq_no: int | None = None
    missing: set[int] = field(default_factory=set)
    register_wh: str | None = None
    has_ended: bool = False
    last_key: tuple[str, ...] = ()


class TransactionWatch:
    """The transactions of one connection."""

    def __init__(self) -> None:
        self._known: OrderedDict[TransactionId, _Known] = OrderedDict()

    def has_ended(self, transaction_id: TransactionId) -> bool:
        """Whether its end was said on this connection."""
        known = self._known.get(transaction_id)
        return known is not None and known.has_ended

    def observe(self, message: TransactionEvent, transaction_id: TransactionId) -> tuple[Deviation, ...]:
        """What is odd about the message, which counts as said from now on.

        `transaction_id` is the one that it has by now: a 1.6 start gets its number from us. A message that is said
        again word for word is no deviation.
        """
        known = self._known.get(transaction_id)
        if known is not None:
            self._known.move_to_end(transaction_id)
            if known.last_key == message.wire_key:
                return ()
        # Nearly none has any, and a generator costs more than what it looks at: they are appended.
        deviations: list[Deviation] = []
        _watch_meter(message, known, deviations)
        _watch_sequence(message, known, deviations)
        if known is not None and known.has_ended:
            _watch_order(message, deviations)
        self._remember(message, transaction_id, known)
        return tuple(deviations)

    def _remember(self, message: TransactionEvent, transaction_id: TransactionId, known: _Known | None) -> None:
        if known is None or (known.has_ended and isinstance(message, TransactionStart)):
            known = self._known[transaction_id] = _Known()
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        seq_no = message.seq_no
        if known.seq_no is None or seq_no == known.seq_no + 1:
            known.seq_no = seq_no
        elif seq_no is not None:
            known.seq_no = _note_hole(seq_no, known.seq_no, known.missing)
        known.last_key = message.wire_key
        known.register_wh = message.meter_wh or known.register_wh
        known.has_ended = known.has_ended or isinstance(message, TransactionEnd)


def _note_hole(seq_no: int, last: int, missing: set[int]) -> int:
    """The highest number so far. One that was missing is there, or those before it are missing now."""
    missing.discard(seq_no)
    if seq_no > last and len(missing) < REMEMBERED:
        missing.update(range(last + 1, min(seq_no, last + REMEMBERED)))
    return max(last, seq_no)


def _watch_meter(message: TransactionEvent, known: _Known | None, deviations: list[Deviation]) -> None:
    if message.meter_wh is None:
        if isinstance(message, TransactionStart):
            deviations.append(Deviation("start_without_meter", ""))
        if isinstance(message, TransactionEnd):
            deviations.append(Deviation("stop_without_meter", ""))
        return
    if _is_register_of_phases(message.meter_values):
        deviations.append(Deviation("sum_phases", "no total of the register"))
    if known is None or known.register_wh is None or known.has_ended:
        return
    if _is_less(message.meter_wh, known.register_wh):
        deviations.append(Deviation("energy_falls", f"from {known.register_wh[:20]} Wh to {message.meter_wh[:20]} Wh"))


def _is_register_of_phases(meter_values: tuple[MeterValue, ...]) -> bool:
    """Whether the register is said, and never its total."""
    is_said = False
    for meter_value in meter_values:
        for reading in meter_value.readings:
            if reading.measurand == ENERGY_IMPORT_REGISTER:
                if reading.phase is None:
                    return False
                is_said = True
    return is_said


def _is_less(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():
        return int(one) < int(other)
    return Decimal(one) < Decimal(other)


def _watch_sequence(message: TransactionEvent, known: _Known | None, deviations: list[Deviation]) -> None:
    """OCPP 2.0.1 E01.FR.07: seqNo begins with 0 and goes up by one."""
    if message.seq_no is None:
        return
    if isinstance(message, TransactionStart):
        if message.seq_no != 0:
            deviations.append(Deviation("seq_no_not_from_0", str(message.seq_no)))
    elif known is not None and known.seq_no is not None:
        if message.seq_no in known.missing:
            deviations.append(Deviation("seq_no_overtaken", f"{message.seq_no} after {known.seq_no}"))
        elif message.seq_no <= known.seq_no:
            deviations.append(Deviation("seq_no_repeated", f"{message.seq_no} after {known.seq_no}"))
        elif message.seq_no > known.seq_no + 1:
            deviations.append(Deviation("seq_no_hole", f"{message.seq_no} after {known.seq_no}"))
    elif message.seq_no == 0:
        deviations.append(Deviation("start_missing", "seqNo 0 is no start"))


def _watch_order(message: TransactionEvent, deviations: list[Deviation]) -> None:
    if isinstance(message, TransactionStart):
        deviations.append(Deviation("transaction_id_reused", ""))
    elif not isinstance(message, TransactionEnd):
        deviations.append(Deviation("event_after_end", ""))
