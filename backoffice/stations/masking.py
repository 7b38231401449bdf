"""Commands and answers as the record shows them: without what opens doors (see `protocol/bus/masking.py`)."""

from typing import Any

import msgspec

from protocol.bus.commands import RawAnswer, RawCall
from protocol.bus.masking import mask_json, mask_text
from protocol.domain.identifiers import IdToken

Json = Any  # Any: JSON


def masked(message: msgspec.Struct) -> Json:
    """A command or an answer, for the record. What stands in the wire's words and is no JSON is there as its text."""
    if isinstance(message, RawCall | RawAnswer):
        payload = bytes(message.payload)
        try:
            return _storable(mask_json(msgspec.json.decode(payload)))
        except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
            return _storable(mask_text(payload.decode("utf-8", "replace")))
    return _storable(mask_json(_shown(message)))


def _shown(value: Any) -> Json:  # Any: what a message holds
    if isinstance(value, IdToken):
        return {"value": value.mask, "type": value.type}
    if isinstance(value, msgspec.Struct):
        return {field: _shown(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_shown(one) for one in value]
    return msgspec.to_builtins(value)


def _storable(value: Json) -> Json:
    """Without NULs, which PostgreSQL has no room for and a raw command may hold."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value
