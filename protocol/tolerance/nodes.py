"""One rule, taken to every place of a payload that its message knows.

Invariants:
1. A rule sees a place at most once a walk, so that a walk takes time linear in the payload.
2. A rule changes nothing but what it returns; what it did is counted, and its first place is named.
3. What a schema has no room for (a long serial number, an unknown unit) is decoded by a stand-in and put back whole:
   a Struct checks what it decodes, not what it holds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec.inspect import StructType, Type, VarTupleType

from protocol.ocppj.repairs import Deviation

_StructT = TypeVar("_StructT", bound=msgspec.Struct)

DROPPED = object()
"""The value of a member that is to be left out."""

_NOTHING = object()
_DETAIL_LENGTH = 200


# Made once a message: it takes longer than the walk.
_type_of = cache(msgspec.inspect.type_info)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: what its schema wants there, its field's name on the wire, and when its frame came."""

    kind: Type
    name: str
    is_required: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Fix:
    """What stands there instead. `kept` is put back after decoding, `kept_members` into the object that is there."""

    value: Any  # Any: JSON
    detail: str
    kept: Any = _NOTHING  # Any: whatever the field of the Struct is to hold
    kept_members: tuple[tuple[str, Any], ...] = ()


Rule = Callable[[Any, Place], Fix | None]
"""Looks at one value; None where there is nothing to forgive."""


@dataclass(slots=True)
class KeptValues:
    """What is put back into a decoded Struct, by attribute and index."""

    children: dict[str | int, "KeptValues"] = field(default_factory=dict)
    value: Any = _NOTHING

    def keep(self, path: tuple[str | int, ...], value: Any) -> None:
        """`value` is to stand at `path`."""
        node = self
        for step in path:
            node = node.children.setdefault(step, KeptValues())
        node.value = value

    def put_back(self, decoded: _StructT) -> _StructT:
        """The Struct with everything in its place. A place that a later rule removed is passed over."""
        return _put_back(self, decoded)  # type: ignore[no-any-return] # the root of a payload is its message


def _put_back(kept: KeptValues, decoded: Any) -> Any:  # Any: whatever a field of a Struct holds
    if kept.value is not _NOTHING:
        return kept.value
    if isinstance(decoded, msgspec.Struct):
        children = {str(name): child for name, child in kept.children.items() if hasattr(decoded, str(name))}
        changes = {name: _put_back(child, getattr(decoded, name)) for name, child in children.items()}
        return msgspec.structs.replace(decoded, **changes)
    if isinstance(decoded, tuple):
        children_at = kept.children
        return tuple(
            _put_back(children_at[index], item) if index in children_at else item for index, item in enumerate(decoded)
        )
    return decoded


class Walk:
    """One rule on its way through one payload, which is changed in place."""

    def __init__(self, rule: Rule, *, received_at: datetime, kept: KeptValues) -> None:
        self._rule = rule
        self._received_at = received_at
        self._kept = kept
        self._details = ""
        self._count = 0

    def through(self, payload: Any, message: type[msgspec.Struct]) -> Any:
        """The payload, changed where the rule found something."""
        return self._visit(payload, _type_of(message), (), name="", path="$", is_required=True)

    @property
    def deviation(self) -> Deviation | None:
        """What was forgiven; None where nothing was."""
        if not self._count:
            return None
        more = f", and {self._count - 1} more" if self._count > 1 else ""
        return Deviation(self._rule.__name__, self._details[:_DETAIL_LENGTH] + more)

    def _visit(
        self, value: Any, kind: Type, steps: tuple[str | int, ...], *, name: str, path: str, is_required: bool
    ) -> Any:
        fix = self._rule(value, Place(kind, name, is_required, self._received_at))
        if fix is not None:
            self._note(fix, steps, path)
            if fix.value is DROPPED or fix.kept is not _NOTHING:
                return fix.value
            value = fix.value
        if isinstance(kind, StructType) and isinstance(value, dict):
            self._visit_members(value, kind, steps, path)
        elif isinstance(kind, VarTupleType) and isinstance(value, list):
            value[:] = [
                self._visit(item, kind.item_type, (*steps, i), name=name, path=f"{path}[{i}]", is_required=True)
                for i, item in enumerate(value)
            ]
        return value

    def _visit_members(
        self, members: dict[str, Any], kind: StructType, steps: tuple[str | int, ...], path: str
    ) -> None:
        for member in kind.fields:
            if member.encode_name not in members:
                continue
            visited = self._visit(
                members[member.encode_name],
                member.type,
                (*steps, member.name),
                name=member.encode_name,
                path=f"{path}.{member.encode_name}",
                is_required=member.required,
            )
            if visited is DROPPED:
                del members[member.encode_name]
            else:
                members[member.encode_name] = visited

    def _note(self, fix: Fix, steps: tuple[str | int, ...], path: str) -> None:
        self._count += 1
        if not self._details:
            self._details = f"{path}: {fix.detail}"
        if fix.kept is not _NOTHING:
            self._kept.keep(steps, fix.kept)
        for attribute, value in fix.kept_members:
            self._kept.keep((*steps, attribute), value)
