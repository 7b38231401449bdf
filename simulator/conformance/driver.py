"""What the operator of a CSMS under test does, for the cases that need it.

A driver acts and is never believed: whether the CSMS did what it was told is seen on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self


class Need(StrEnum):
    """What a case needs of the CSMS and its driver; a case whose needs are not there is not applicable."""

    COMMANDS = "commands"
    TOKENS = "tokens"
    BAD_TOKENS = "bad-tokens"
    GROUPS = "groups"
    PASSWORDS = "passwords"
    PENDING = "pending"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart-charging"
    LOCAL_LIST = "local-list"
    FIRMWARE = "firmware"
    REMOTE_TRIGGER = "remote-trigger"
    CHANGE_AVAILABILITY = "availability"
    SECURITY = "security"


class TokenKind(StrEnum):
    """What the CSMS is to think of a token."""

    GOOD = "good"
    BLOCKED = "blocked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Token:
    """A token the CSMS is to know; those of one `group` stop each other's transactions."""

    value: str
    kind: TokenKind = TokenKind.GOOD
    group: str | None = None


@dataclass(frozen=True, slots=True)
class NewStation:
    """A station the CSMS is to let in; with a password only with that, `is_pending`: until it is accepted."""

    station_id: str
    version: str
    evses: int = 1
    password: str | None = None
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """The CSMS is to send this CALL; `payload` is in the words of the station's version."""

    station_id: str
    version: str
    action: str
    payload: Mapping[str, Any]  # Any: JSON


class Driver(Protocol):
    """One CSMS's operator. Every method raises CannotJudge where its part cannot be done."""

    can: frozenset[Need]
    is_parallel: bool
    """Whether several cases may use it at a time."""

    command_s: float | None
    """How long the CSMS may take from `command` to its CALL; None: until `command` has returned."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def add_station(self, station: NewStation) -> None:
        """The CSMS lets the station in from now on."""

    async def add_token(self, token: Token) -> Token:
        """The CSMS knows the token; returned is the one to use, which need not be the one that was asked for."""

    async def until_online(self, station_id: str) -> None:
        """The CSMS knows that the station is connected."""

    async def accept(self, station_id: str) -> None:
        """A pending station is accepted."""

    async def command(self, command: Command) -> None:
        """The CSMS was told to send it, and the station's answer, whatever it was, has been taken."""
