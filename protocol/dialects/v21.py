"""OCPP 2.1 where it says what 2.0.1 says: it widens the older version's messages, and hardly ever narrows one.

Invariants:
1. What is decoded was validated by 2.1's own Structs; the generator gives both versions the same attribute names, so a
   2.0.1 decoder reads them.
2. What a 2.0.1 encoder writes is a message of 2.1 as well. Both are held by the round trips of every sample.
"""

from collections.abc import Iterable
from dataclasses import replace

from protocol.domain.routes import AnyRoute
from protocol.wire import v21


def carried_over(routes: Iterable[AnyRoute]) -> tuple[AnyRoute, ...]:
    """The 2.0.1 routes as those of 2.1. Where 2.1 adds something that we read or write the block has a v21.py."""
    return tuple(_carry_over(route) for route in routes)


def _carry_over(route: AnyRoute) -> AnyRoute:
    request, response = v21.ACTIONS[route.action]
    return replace(route, request=request, response=response)
