"""What the REST interface for onboarding takes and gives."""

from datetime import datetime

from pydantic import BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.stations.models import RefusedHandshake, Station, Stranger
from backoffice.stations.onboarding import AcceptancePlan
from backoffice.stations.service import UNASSIGNED
from protocol.domain.security import RefusalCause
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion


class PolicyBody(Body):
    """`registers_strangers`: a station that nobody registered is registered when it connects, open and accepted.

    Only the gateway's setting CSMS_UNKNOWN_STATIONS=pending lets such a station connect at all.
    """

    registers_strangers: bool


class OnboardingView(PolicyBody):
    """What a station is told to call; its id is added behind a slash. Null: nobody told us our own address.

    `server_time` is a beginning for `since` that does not rest on the asker's clock.
    """

    server_time: datetime

    station_url: str | None
    tls_station_url: str | None


class HandshakeView(BaseModel):
    """A connection that was refused. `times`: how many alike since the last one told of. `status` 0: TLS failed."""

    refused_at: datetime
    station_id: str | None
    path: str
    peer: str
    status: int
    cause: RefusalCause
    detail: str
    times: int

    @classmethod
    def of(cls, refusal: RefusedHandshake) -> "HandshakeView":
        return cls(
            refused_at=refusal.refused_at,
            station_id=None if refusal.station_id == "unnamed" else refusal.station_id,
            path=refusal.path,
            peer=refusal.peer,
            status=refusal.status,
            cause=RefusalCause(refusal.cause),
            detail=refusal.detail,
            times=refusal.times,
        )


class CandidateView(BaseModel):
    """A station on its way in. A stranger is pending, and the only one with `first_seen_at` and `last_seen_at`.

    `heard_registration` is what its last boot was answered: `registration` may have changed since.
    """

    station_id: str
    is_registered: bool
    registration: RegistrationStatus
    is_online: bool
    version: OcppVersion | None
    security_profile: int | None
    connected_at: datetime | None
    booted_at: datetime | None
    heard_registration: RegistrationStatus | None
    vendor: str | None
    model: str | None
    serial_number: str | None
    firmware_version: str | None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None

    @classmethod
    def of_station(cls, station: Station) -> "CandidateView":
        return cls(
            station_id=station.id,
            is_registered=True,
            registration=RegistrationStatus(station.registration),
            is_online=station.is_online,
            version=OcppVersion(station.version) if station.version else None,
            security_profile=station.security_profile,
            connected_at=station.connected_at,
            booted_at=station.booted_at,
            heard_registration=RegistrationStatus(station.heard_registration) if station.heard_registration else None,
            vendor=station.vendor,
            model=station.model,
            serial_number=station.serial_number,
            firmware_version=station.firmware_version,
        )

    @classmethod
    def of_stranger(cls, stranger: Stranger) -> "CandidateView":
        return cls(
            station_id=stranger.id,
            is_registered=False,
            registration=RegistrationStatus.PENDING,
            is_online=stranger.is_online,
            version=OcppVersion(stranger.version),
            security_profile=stranger.security_profile,
            connected_at=stranger.connected_at,
            booted_at=stranger.booted_at,
            heard_registration=RegistrationStatus(stranger.heard_registration) if stranger.heard_registration else None,
            vendor=stranger.vendor,
            model=stranger.model,
            serial_number=stranger.serial_number,
            firmware_version=stranger.firmware_version,
            first_seen_at=stranger.first_seen_at,
            last_seen_at=stranger.last_seen_at,
        )


class AcceptBody(Body):
    """What an accepted stranger becomes; a station that was registered before stays as it is, and is accepted."""

    location_id: str = UNASSIGNED
    security_profiles: list[int] = Field(default=[0], min_length=1)
    evse_count: int = Field(default=1, ge=1, le=64)
    trigger_boot: bool = True

    def plan(self) -> AcceptancePlan:
        return AcceptancePlan(self.location_id, tuple(self.security_profiles), self.evse_count)
