"""What a way to people is: it takes a parcel, and says what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from protocol.domain.identifiers import TenantId


@dataclass(frozen=True, slots=True)
class Text:
    """A notification in words, of one language. `html` is the whole page; `url` is where it leads."""

    subject: str
    sentence: str
    plain: str
    html: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, ready to go. `text` and `language` are a person's; `address` is where mail goes.

    `id` is the same whenever it is sent: whoever receives it twice can see that.
    """

    tenant: TenantId
    id: str
    kind: str
    recipient: str | None
    target: str
    data: Mapping[str, Any]  # Any: each kind has its own members, all of JSON
    happened_at: datetime
    expires_at: datetime
    is_urgent: bool
    text: Text | None = None
    language: str = ""
    name: str = ""
    address: str = ""


class Result(StrEnum):
    """SENT: taken. FAILED: perhaps another time. REFUSED: never. SUPPRESSED: there is nobody there."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a parcel; `sent_to` is the address that it went to, if it has one to remember."""

    result: Result
    detail: str = ""
    sent_to: str | None = None


class ChannelPort(Protocol):
    """A way."""

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        """What became of it. Sent again after a crash it arrives under the same id.

        Raises BackofficeError where a part of ours is away; it fails then, and is tried again.
        """
        ...
