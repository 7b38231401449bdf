"""What we hold true of a station's controls for the grid."""

import msgspec


class DerAlarmReported(msgspec.Struct, frozen=True):
    """A fault in the grid made a control act, or is over."""

    control: str
    fault: str | None
    has_ended: bool
    info: str | None


class DerControlSwitched(msgspec.Struct, frozen=True):
    """A control began to act or ended."""

    control_id: str
    is_on: bool
    superseded: tuple[str, ...]


class DerControlsReported(msgspec.Struct, frozen=True):
    """A part of the controls that the station was asked for, in the wire's words."""

    request_id: int
    controls: msgspec.Raw
    is_last: bool
