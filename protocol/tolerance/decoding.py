"""A payload as its message: strictly, or by as many rules as it takes.

Invariants:
1. A payload that strict decoding accepts costs nothing more than a look for a NUL, and has no deviation.
2. What the rules cannot repair raises the violation that strict decoding raised.
3. Time is linear in the payload: every rule walks it at most once.
4. No message, violation or deviation holds a NUL; `decode_as_sent` is for naming what was said, not for keeping it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from msgspec import DecodeError, Raw
from msgspec.json import Decoder, Encoder

from protocol.errors import PayloadViolation
from protocol.ocppj.repairs import ESCAPED_NUL, REPAIRS, Deviation, Repair, drop_nul
from protocol.tolerance.nodes import KeptValues, Rule, Walk
from protocol.tolerance.rules import RULES, SHAPE_RULES, VALUE_RULES
from protocol.tolerance.v16 import OBSERVATIONS as OBSERVATIONS_16
from protocol.tolerance.v201 import OBSERVATIONS as OBSERVATIONS_201
from protocol.tolerance.values import read_register_as_kwh, strip_token_junk, strip_token_suffix
from protocol.wire import codec
from protocol.wire.structs import WireStruct

_MessageT = TypeVar("_MessageT", bound=WireStruct)

EVERY_RULE = "*"

_OBSERVATIONS = {**OBSERVATIONS_16, **OBSERVATIONS_201}
# Decimals, so that a number that becomes a text is the text that it was.
_PARSER = Decoder(float_hook=Decimal)
_WRITER = Encoder(decimal_format="number")


class Ruleset:
    """The rules that hold for one station: all but those switched off, the pinned ones first within their table.

    A rule that works by pin only is no rule for a station that does not pin it.
    """

    def __init__(self, *, off: Collection[str] = (), pinned: Collection[str] = ()) -> None:
        self._off = frozenset(off)
        self._pinned = frozenset(pinned)
        self.has_pins = bool(self._pinned)
        self.payload_rules: Sequence[Rule] = (*self._pick(SHAPE_RULES), *self._pick(VALUE_RULES))
        self.frame_repairs: Sequence[Repair] = tuple(repair for repair in REPAIRS if self.allows(repair.__name__))

    def allows(self, rule: str) -> bool:
        """Whether the rule may be tried."""
        return EVERY_RULE not in self._off and rule not in self._off

    def pins(self, rule: str) -> bool:
        """Whether the rule was chosen for this station's model, and is not switched off."""
        return rule in self._pinned and self.allows(rule)

    def _pick(self, rules: Sequence[Rule]) -> list[Rule]:
        allowed = [rule for rule in rules if self.allows(rule.__name__)]
        return sorted(allowed, key=lambda rule: rule.__name__ not in self._pinned)


ALL_RULES = Ruleset()


def decode(
    payload: bytes | Raw, message: type[_MessageT], *, rules: Ruleset, received_at: datetime
) -> tuple[_MessageT, tuple[Deviation, ...]]:
    """The payload as its message, with what had to be forgiven. Raises PayloadViolation."""
    text, dropped = without_nul(bytes(payload))
    decoded, forgiven = decode_as_sent(text, message, rules=rules, received_at=received_at)
    return decoded, (*dropped, *forgiven)


def decode_as_sent(
    payload: bytes, message: type[_MessageT], *, rules: Ruleset, received_at: datetime
) -> tuple[_MessageT, tuple[Deviation, ...]]:
    """The same, with the NULs that are in it."""
    try:
        return codec.decode(payload, message), ()
    except PayloadViolation as violation:
        repaired = _decode_by_rules(payload, message, rules, received_at)
        if repaired is None:
            raise violation from None
        return repaired


def without_nul(payload: bytes) -> tuple[bytes, tuple[Deviation, ...]]:
    """The payload's JSON text without U+0000 in its strings, and whether there was any."""
    clean = drop_nul(payload)
    if clean is None:
        return payload, ()
    count = (len(payload) - len(clean)) // len(ESCAPED_NUL)
    return clean, (Deviation(drop_nul.__name__, f"{count} characters"),)


def observe(request: WireStruct, *, rules: Ruleset, received_at: datetime) -> tuple[Deviation, ...]:
    """What is odd in a request that its schema accepts: clocks, numbers that nobody gave, EVSE 0."""
    observation = _OBSERVATIONS.get(type(request))
    if observation is None:
        return ()
    found = observation(request, received_at)
    return found and tuple(deviation for deviation in found if rules.allows(deviation.rule))


def replace_broken_utf8(text: bytes) -> bytes | None:
    """Take bytes that are no UTF-8 as U+FFFD, which no token and no name contains."""
    better = text.decode("utf-8", "replace").encode()
    return better if better != text else None


def _decode_by_rules(
    text: bytes, message: type[_MessageT], rules: Ruleset, received_at: datetime
) -> tuple[_MessageT, tuple[Deviation, ...]] | None:
    deviations: list[Deviation] = []
    if rules.allows(replace_broken_utf8.__name__) and (better := replace_broken_utf8(text)) is not None:
        text = better
        deviations.append(Deviation(replace_broken_utf8.__name__, "bytes that are no text"))
        if (decoded := _try(text, message)) is not None:
            return decoded, tuple(deviations)
    payload = _parse(text)
    if not isinstance(payload, dict):
        return None
    kept = KeptValues()
    for rule in rules.payload_rules:
        walk = Walk(rule, received_at=received_at, kept=kept)
        payload = walk.through(payload, message)
        if (deviation := walk.deviation) is None:
            continue
        deviations.append(deviation)
        if (decoded := _try(_WRITER.encode(payload), message)) is not None:
            return kept.put_back(decoded), tuple(deviations)
    return None


def _parse(text: bytes) -> Any:  # Any: JSON
    try:
        return _PARSER.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation):
        return None  # the last: an exponent that no Decimal has


def _try(text: bytes, message: type[_MessageT]) -> _MessageT | None:
    try:
        return codec.decode(text, message)
    except PayloadViolation:
        return None


_OBSERVED = frozenset(
    (
        "clock_not_set", "clock_skew", "evse_zero", "start_without_evse", "timestamp_without_zone",
        "transaction_id_never_given",
    )
)  # fmt: skip
_FUNCTIONS = (*REPAIRS, replace_broken_utf8, *RULES, strip_token_junk, strip_token_suffix, read_register_as_kwh)
RULE_NAMES = frozenset(function.__name__ for function in _FUNCTIONS) | _OBSERVED
"""Every rule that a station can be without, or be pinned to."""
