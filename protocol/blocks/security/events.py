"""What we hold true of a station's safety."""

import msgspec


class SecurityEventReported(msgspec.Struct, frozen=True):
    """A station noticed something. `kind` is its own word."""

    kind: str
    info: str | None = None
