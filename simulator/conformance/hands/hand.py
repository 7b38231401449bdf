"""What a person at the station under test does, for the cases that need one."""

from enum import StrEnum
from typing import Protocol


class StationNeed(StrEnum):
    """What a case needs of the station and of whoever stands at it."""

    HAND = "hand"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart-charging"
    LOCAL_LIST = "local-list"
    REMOTE_TRIGGER = "remote-trigger"
    RESET = "reset"


class Hand(Protocol):
    """Somebody at EVSE 1. Every method raises CannotJudge where it cannot be done."""

    is_there: bool

    async def plug_in(self) -> None:
        """A vehicle that will charge is connected."""

    async def present_token(self, token: str) -> None:
        """The token is held at the reader."""

    async def unplug(self) -> None:
        """The cable is out."""


class NoHand:
    """Nobody is there: the cases that need somebody are not applicable."""

    is_there = False

    async def plug_in(self) -> None:
        """Nothing."""

    async def present_token(self, token: str) -> None:
        """Nothing."""

    async def unplug(self) -> None:
        """Nothing."""
