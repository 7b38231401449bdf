"""What a version's row of a block says: which action carries which message, and how it is translated."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

MessageT = TypeVar("MessageT", bound=msgspec.Struct)
ReplyT = TypeVar("ReplyT", bound=msgspec.Struct)
RequestT = TypeVar("RequestT", bound=msgspec.Struct)
ResponseT = TypeVar("ResponseT", bound=msgspec.Struct)


class Direction(Enum):
    """Who may send the CALL."""

    FROM_STATION = "from station"
    FROM_CSMS = "from CSMS"
    FROM_BOTH = "from both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[MessageT, ReplyT, RequestT, ResponseT]):
    """One action of one version, read and written by either side.

    `request` and `response` are the version's own Structs: whatever is decoded was validated by them.
    `messages` are several where the wire has one action for what we tell apart (2.x TransactionEvent).
    The four translators are pure. `encode_*` raise NotExpressible where the version has no word for it.
    """

    action: str
    direction: Direction
    messages: tuple[type[MessageT], ...]
    reply: type[ReplyT]
    request: type[RequestT]
    response: type[ResponseT]
    decode_request: Callable[[RequestT], MessageT]
    encode_request: Callable[[MessageT], RequestT]
    decode_response: Callable[[ResponseT], ReplyT]
    encode_response: Callable[[ReplyT], ResponseT]


AnyRoute = Route[Any, Any, Any, Any]  # Any: in tables of all routes; each row was checked where it stands
