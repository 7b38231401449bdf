"""What we hold true of a station's manners."""

from datetime import datetime

import msgspec


class StationDeviated(msgspec.Struct, frozen=True, kw_only=True):
    """How often one connection of the station needed this rule, since `counted_from`; a later fact counts higher."""

    rule: str
    count: int
    counted_from: datetime
    last_at: datetime
    last_detail: str = ""


class MessageQuarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A message that nothing could be made of: what it was answered, and its text, secrets masked.

    `action` is empty where the frame itself was unreadable. `text` is cut where `is_truncated`.
    """

    action: str
    message_id: str
    answer: str
    reason: str
    text: str
    is_truncated: bool = False
