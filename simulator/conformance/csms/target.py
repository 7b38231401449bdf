"""The CSMS under test, and what it may have its own of."""

from dataclasses import dataclass
from pathlib import Path

from protocol.domain.version import OcppVersion


@dataclass(frozen=True, slots=True)
class Target:
    """The CSMS under test; a station's id is added to `url`. `station_id`: the only one there is.

    `secured_url` is where it speaks TLS, which `url` need not. `roots`: a file, PEM, by which it is trusted there;
    without it, by the roots of the machine. `vat_number`: of a company that it can confirm.
    """

    url: str
    version: OcppVersion
    station_id: str | None = None
    station_password: str | None = None
    patience_s: float = 10.0
    quiet_s: float = 0.2
    secured_url: str | None = None
    roots: Path | None = None
    vat_number: str | None = None


CHOSEN_BY_CSMS = frozenset(
    (
        *("requestId", "remoteStartId", "listVersion", "versionNumber"),
        *("csChargingProfiles.chargingProfileId", "chargingProfile.chargingProfileId"),
        *("chargingProfile.id", "chargingSchedule.id"),
        *("startSchedule", "validFrom", "validTo", "retrieveDate", "retrieveDateTime"),
    )
)
"""What an order names and the CSMS may have its own of: numbers of its requests, and times."""
