"""By REST: certificates that were signed for stations, and their end before the time."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.kit.guards import StationsReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import certificate_repository
from backoffice.stations.certificate_register import CertificateRegister
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.models import IssuedCertificate
from protocol.domain.certificates import SigningUse

router = APIRouter(tags=["stations"])
RegisterDep = Annotated[CertificateRegister, Depends(provided(CertificateRegister))]


class CertificateView(BaseModel):
    """A certificate by its serial number, in hex. `use` null: for all that the station does."""

    serial: str
    use: SigningUse | None
    not_before: datetime
    not_after: datetime
    issued_at: datetime
    renewal_asked_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str

    @classmethod
    def of(cls, row: IssuedCertificate) -> "CertificateView":
        return cls.model_validate(row, from_attributes=True)


class RevocationBody(Body):
    """Why, for those who read it later."""

    reason: str = Field(min_length=1, max_length=500)


@router.get("/stations/{station_id}/certificates")
async def list_certificates(
    station_id: str, operator: StationsReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[CertificateView]:
    """What was signed for the station, the newest first."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await certificate_repository.list_certificates(unit, station_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=CertificateView.of, key=lambda row: [row.issued_at, row.serial])


@router.post("/stations/{station_id}/certificates/{serial}/revoke")
async def revoke_certificate(
    station_id: str, serial: str, body: RevocationBody, operator: StationsWriter, register: RegisterDep
) -> CertificateView:
    """The certificate lets nobody in any more, and a connection that it opened ends within seconds.

    Where the station has no other one, let it in by a password until it has. Said again it changes nothing.
    """
    return CertificateView.of(await register.revoke(operator.tenant, station_id, serial.upper(), reason=body.reason))


@router.get(
    "/certificates/revoked.pem",
    response_class=Response,
    responses={200: {"content": {"application/pem-certificate-chain": {}}}},
)
async def read_revocation_list(operator: StationsReader, register: RegisterDep) -> Response:
    """The tenant's revoked certificates as a CRL (RFC 5280), for those who verify stations beside our gateway."""
    return Response(await register.revocation_list(operator.tenant), media_type="application/pem-certificate-chain")
