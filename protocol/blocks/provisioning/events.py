"""What we hold true of a station's boot."""

import msgspec

from protocol.blocks.provisioning.messages import BootReason
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion


class StationBooted(msgspec.Struct, frozen=True):
    """A station booted, and heard `registration` from us."""

    vendor: str
    model: str
    version: OcppVersion
    registration: RegistrationStatus
    reason: BootReason
    serial_number: str | None = None
    firmware_version: str | None = None
