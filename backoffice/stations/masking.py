"""Commands and answers as the record shows them: without what opens doors (see `protocol/bus/masking.py`)."""

from typing import Any

import msgspec

from protocol.bus.commands import RawAnswer, RawCall
from protocol.bus.masking import mask_json
from protocol.domain.identifiers import IdToken

Json = Any  # Any: JSON


def masked(message: msgspec.Struct) -> Json:
    """A command or an answer, for the record."""
    if isinstance(message, RawCall | RawAnswer):
        return mask_json(msgspec.json.decode(message.payload))
    return mask_json(_shown(message))


def _shown(value: Any) -> Json:  # Any: what a message holds
    if isinstance(value, IdToken):
        return {"value": value.mask, "type": value.type}
    if isinstance(value, msgspec.Struct):
        return {field: _shown(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_shown(one) for one in value]
    return msgspec.to_builtins(value)
