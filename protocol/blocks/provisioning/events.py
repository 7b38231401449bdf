"""What we hold true of a station's boot, and of what it reports of itself."""

import msgspec

from protocol.blocks.provisioning.messages import BootReason
from protocol.domain.device_model import ReportedVariable
from protocol.domain.reports import ReportPart
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


class VariablesReported(ReportPart, frozen=True, kw_only=True):
    """A part of a report of the device model."""

    variables: tuple[ReportedVariable, ...] = ()
