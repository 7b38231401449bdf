"""Answers that say nothing but a status, or nothing at all: most commands have one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from protocol.domain.commands import CommandReply, Heard
from protocol.wire.structs import WireStruct

_ResponseT = TypeVar("_ResponseT", bound=WireStruct)

_NONE: Mapping[str, str] = MappingProxyType({})


class HasStatus(Protocol):
    """A response of the wire with a status."""

    @property
    def status(self) -> str:
        """The version's own word."""


def read_status(response: HasStatus) -> CommandReply:
    """The status alone."""
    return CommandReply(status=response.status)


def status_writer(
    response: Callable[..., _ResponseT], *, nearest: Mapping[str, str] = _NONE
) -> Callable[[CommandReply], _ResponseT]:
    """What writes a reply's status; `nearest` is the word for each status that the version lacks. A reason is lost."""

    def write_status(reply: CommandReply) -> _ResponseT:
        return response(status=nearest.get(reply.status, reply.status))

    return write_status


def read_heard(_response: Any) -> Heard:  # Any: a response without fields
    """Heard."""
    return Heard()


def heard_writer(response: Callable[[], _ResponseT]) -> Callable[[Heard], _ResponseT]:
    """What writes a response without fields."""

    def write_heard(_reply: Heard) -> _ResponseT:
        return response()

    return write_heard
