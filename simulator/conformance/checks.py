"""What a script demands; what is not so fails its case, with a sentence for whoever has to mend it."""

from datetime import datetime

from simulator.conformance.rules import Json
from simulator.conformance.verdicts import Failed


def require(is_so: object, complaint: str) -> None:
    """Raises Failed with this sentence where it is not so."""
    if not is_so:
        raise Failed(complaint)


def require_part(wanted: Json, found: Json, what: str, *, free: frozenset[str] = frozenset()) -> None:
    """`found` says all that `wanted` says, and may say more. Raises Failed, naming the first difference.

    `free` are fields that have to be there, and may be anything: `requestId` wherever it is, `evse.id` in an evse.
    """
    _compare(wanted, found, what, place="", free=free)


def _compare(wanted: Json, found: Json, what: str, *, place: str, free: frozenset[str]) -> None:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name not in found:
                raise Failed(f"{what} has no {name}; {value!r} is due.")
            if not free & {name, f"{place}.{name}"}:
                _compare(value, found[name], what, place=name, free=free)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for one, other in zip(wanted, found, strict=True):
            _compare(one, other, what, place=place, free=free)
    elif wanted != found and (_instant(wanted) is None or _instant(wanted) != _instant(found)):
        raise Failed(f"{what} has the {place} {found!r}; {wanted!r} is due.")


def _instant(text: Json) -> datetime | None:
    """A time as such, since it may be written in several ways; None for what is none."""
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) and "T" in text else None
    except ValueError:
        return None
