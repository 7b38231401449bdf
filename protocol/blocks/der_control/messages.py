"""What a station says of its controls for the grid."""

from datetime import datetime

import msgspec


class DerAlarm(msgspec.Struct, frozen=True):
    """A fault in the grid made a control act, or is over. `control` and `fault` are the specification's words."""

    control: str
    occurred_at: datetime
    fault: str | None = None
    has_ended: bool = False
    info: str | None = None


class DerSwitch(msgspec.Struct, frozen=True):
    """A control began to act or ended; `superseded` are those whose place it took."""

    control_id: str
    is_on: bool
    occurred_at: datetime
    superseded: tuple[str, ...] = ()


class DerReport(msgspec.Struct, frozen=True):
    """Controls that the station was asked for, by kind, in the wire's own words. `is_last`: no part follows."""

    request_id: int
    controls: msgspec.Raw
    is_last: bool = True
