"""What a station noticed about its own safety."""

from datetime import datetime

import msgspec


class SecurityEventNotification(msgspec.Struct, frozen=True):
    """`kind` is one of the specification's list or the vendor's own word."""

    kind: str
    occurred_at: datetime
    info: str | None = None
