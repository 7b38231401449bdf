"""Who acts: the person on whose behalf something is done now, for the audit log.

Invariants:
1. Every request has an actor: the principal of its token, or nobody whom we know (`PUBLIC`).
2. Consumers, workers and answers to queries have none, and what they write is no person's change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from backoffice.kit.tracing import current_traceparent

PUBLIC = "public"
_TRACE_ID = slice(3, 35)


@dataclass(frozen=True, slots=True)
class Actor:
    """`who` is `role:subject`, or PUBLIC; `request_id` the id of the request's trace; `note` why they do it."""

    who: str
    request_id: str = ""
    note: str = ""


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor | None:
    """Who acts now; None where no person does."""
    return _actor.get()


def act_as(who: str) -> None:
    """From here on, to the end of the request, `who` acts."""
    _actor.set(Actor(who, current_traceparent()[_TRACE_ID]))


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is done inside is done by `actor`."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


class ActorMiddleware:
    """Whoever makes a request is PUBLIC until their token was read. Stands inside of the trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        with acting(Actor(PUBLIC, current_traceparent()[_TRACE_ID])):
            return await self._app(scope, receive, send)
