"""Messages on a station's display: set, asked for, cleared."""

from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.domain.device_model import VariableName
from protocol.domain.reports import ReportPart


class MessagePriority(StrEnum):
    """Before which others it is shown (OCPP 2.0.1 §3 MessagePriorityEnumType)."""

    ALWAYS_FRONT = "AlwaysFront"
    IN_FRONT = "InFront"
    NORMAL_CYCLE = "NormalCycle"


class MessageState(StrEnum):
    """In which state of the station it is shown (§3 MessageStateEnumType; the last two came with 2.1)."""

    CHARGING = "Charging"
    FAULTED = "Faulted"
    IDLE = "Idle"
    UNAVAILABLE = "Unavailable"
    SUSPENDED = "Suspended"
    DISCHARGING = "Discharging"


class MessageFormat(StrEnum):
    """How its text is to be read (§3 MessageFormatEnumType; the last came with 2.1)."""

    ASCII = "ASCII"
    HTML = "HTML"
    URI = "URI"
    UTF8 = "UTF8"
    QR_CODE = "QRCODE"


class DisplayMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `display` is the component that shows it, its `variable` empty. `language` is by RFC 5646.

    Shown in `state` only, from `starts_at` to `ends_at`, and for as long as `transaction_id` runs; None is open.
    """

    message_id: int
    priority: MessagePriority
    content: str
    format: MessageFormat = MessageFormat.UTF8
    language: str | None = None
    state: MessageState | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    transaction_id: str | None = None
    display: VariableName | None = None


class SetDisplayMessage(msgspec.Struct, frozen=True):
    """The station is to show this; a message of the same id is replaced (OCPP 2.0.1 O01, O02, O06)."""

    message: DisplayMessage


class GetDisplayMessages(msgspec.Struct, frozen=True):
    """Which messages has the station? They come in parts (OCPP 2.0.1 O03, O04). Nothing given means all."""

    request_id: int
    message_ids: tuple[int, ...] = ()
    priority: MessagePriority | None = None
    state: MessageState | None = None

    @property
    def is_of_all(self) -> bool:
        """Whether what is not in the answer is not there."""
        return not self.message_ids and self.priority is None and self.state is None


class ClearDisplayMessage(msgspec.Struct, frozen=True):
    """The station is to forget the message (OCPP 2.0.1 O05)."""

    message_id: int


class NotifyDisplayMessages(ReportPart, frozen=True, kw_only=True):
    """Some of the messages that were asked for (OCPP 2.0.1 O03, O04). The parts have no numbers."""

    messages: tuple[DisplayMessage, ...] = ()
