"""What a script demands; what is not so fails its case, with a sentence for whoever has to mend it."""

from datetime import datetime

from simulator.conformance.rules import Json
from simulator.conformance.verdicts import Failed


def require(is_so: object, complaint: str) -> None:
    """Raises Failed with this sentence where it is not so."""
    if not is_so:
        raise Failed(complaint)


def require_part(wanted: Json, found: Json, what: str) -> None:
    """`found` says all that `wanted` says, and may say more. Raises Failed, naming the first difference."""
    for name, value in wanted.items():
        if name not in found:
            raise Failed(f"{what} has no {name}; {value!r} is due.")
        if isinstance(value, dict) and isinstance(found[name], dict):
            require_part(value, found[name], f"{what}, in {name},")
        elif not _is_same(value, found[name]):
            raise Failed(f"{what} has the {name} {found[name]!r}; {value!r} is due.")


def _is_same(wanted: Json, found: Json) -> bool:
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return all(map(_is_same, wanted, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and _is_same(value, found[name]) for name, value in wanted.items())
    return bool(wanted == found) or _instant(wanted) == _instant(found) is not None


def _instant(text: Json) -> datetime | None:
    """A time as such, since it may be written in several ways; None for what is none."""
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) and "T" in text else None
    except ValueError:
        return None
