"""OCPP 2.1 where it says what 2.0.1 says: it widens the older version's messages, and hardly ever narrows one.

Invariants:
1. What is decoded was validated by 2.1's own Structs; the generator gives both versions the same attribute names, so a
   2.0.1 decoder reads them.
2. What a 2.0.1 encoder writes is a message of 2.1 as well. Both are held by the round trips of every sample.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from protocol.dialects.words import given, sent
from protocol.domain.event_stream import StreamPace
from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.routes import AnyRoute
from protocol.wire import v21
from protocol.wire.structs import WireStruct

_ResponseT = TypeVar("_ResponseT", bound=WireStruct)
_REASON_LENGTH = 20  # OCPP 2.1 §2 StatusInfoType.reasonCode


def write_id_token(token: IdToken) -> v21.IdToken:
    """A token. UNSPECIFIED, which only 1.6 says, becomes Central (a row of ours)."""
    kind = IdTokenType.CENTRAL if token.type is IdTokenType.UNSPECIFIED else token.type
    return v21.IdToken(id_token=token.value, type=str(kind))


def read_pace(params: v21.PeriodicEventStreamParams) -> StreamPace:
    """How fast a stream flows."""
    return StreamPace(interval_s=given(params.interval), values=given(params.values))


def write_pace(pace: StreamPace) -> v21.PeriodicEventStreamParams:
    """How fast a stream flows."""
    return v21.PeriodicEventStreamParams(interval=sent(pace.interval_s), values=sent(pace.values))


def carried_over(routes: Iterable[AnyRoute]) -> tuple[AnyRoute, ...]:
    """The 2.0.1 routes as those of 2.1. Where 2.1 adds something that we read or write the block has a v21.py."""
    return tuple(_carry_over(route) for route in routes)


def extended(
    routes: Iterable[AnyRoute],
    action: str,
    **translators: Any,  # functions from Any to Any, as in a table of routes
) -> AnyRoute:
    """The 2.0.1 route of an action as that of 2.1, with translators of 2.1's own in place of those that are named."""
    (route,) = (route for route in routes if route.action == action)
    return replace(_carry_over(route), **translators)


def _carry_over(route: AnyRoute) -> AnyRoute:
    request, response = v21.ACTIONS[route.action]
    return replace(route, request=request, response=response)
