"""The queries of certificates that were signed for stations."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.models import IssuedCertificate, Station
from protocol.domain.certificates import SigningUse


async def list_certificates(
    unit: Unit, station_id: str, *, cursor: str | None, limit: int
) -> Sequence[IssuedCertificate]:
    """The station's, the newest first, one more than `limit`."""
    statement = select(IssuedCertificate).where(
        IssuedCertificate.tenant_id == unit.tenant, IssuedCertificate.station_id == station_id
    )
    keys = [IssuedCertificate.issued_at, IssuedCertificate.serial]
    statement = after_cursor(
        statement, cursor, keys=keys, parsers=[datetime.fromisoformat, str], limit=limit, descending=True
    )
    return (await unit.session.scalars(statement)).all()


async def lock_certificate(unit: Unit, station_id: str, serial: str) -> IssuedCertificate | None:
    """The station's certificate of this serial number, which nobody else changes before this transaction ends."""
    statement = select(IssuedCertificate).where(
        IssuedCertificate.tenant_id == unit.tenant,
        IssuedCertificate.station_id == station_id,
        IssuedCertificate.serial == serial,
    )
    return await unit.session.scalar(statement.with_for_update())


async def list_revoked(unit: Unit, *, now: datetime) -> Sequence[IssuedCertificate]:
    """Every certificate of the tenant by which a station came to us, revoked, and good otherwise."""
    statement = select(IssuedCertificate).where(
        IssuedCertificate.tenant_id == unit.tenant,
        IssuedCertificate.revoked_at.is_not(None),
        IssuedCertificate.not_after > now,
        or_(IssuedCertificate.use.is_(None), IssuedCertificate.use == SigningUse.STATION),
    )
    return (await unit.session.scalars(statement.order_by(IssuedCertificate.serial))).all()


async def revoked_serials(unit: Unit, names: Collection[str] | None = None) -> Mapping[tuple[str, str], list[str]]:
    """Serial numbers of what was revoked, by tenant and the name that it is for: of these names, or of all."""
    statement = select(IssuedCertificate.tenant_id, IssuedCertificate.common_name, IssuedCertificate.serial).where(
        IssuedCertificate.revoked_at.is_not(None)
    )
    if names is not None:
        statement = statement.where(
            IssuedCertificate.tenant_id == unit.tenant, IssuedCertificate.common_name.in_(names)
        )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for tenant, name, serial in await unit.session.execute(statement.order_by(IssuedCertificate.serial)):
        found[tenant, name].append(serial)
    return found


async def list_newest_that_end(
    unit: Unit, *, before: datetime, uses: Sequence[str | None], limit: int, asked_before: datetime | None = None
) -> Sequence[IssuedCertificate]:
    """Certificates that are the newest of their station and end before then, the first to end first; of every tenant
    where the unit is. `asked_before`: without those whose renewal was asked for since, and of stations online alone.
    """
    newest = (
        select(IssuedCertificate)
        .where(
            IssuedCertificate.revoked_at.is_(None),
            or_(*(IssuedCertificate.use.is_(None) if use is None else IssuedCertificate.use == use for use in uses)),
        )
        .ext(distinct_on(IssuedCertificate.tenant_id, IssuedCertificate.station_id))
        .order_by(
            IssuedCertificate.tenant_id,
            IssuedCertificate.station_id,
            IssuedCertificate.issued_at.desc(),
            IssuedCertificate.serial,
        )
        .subquery()
    )
    certificate = aliased(IssuedCertificate, newest)
    statement = select(certificate).where(certificate.not_after < before)
    statement = statement.join(
        Station, (Station.tenant_id == certificate.tenant_id) & (Station.id == certificate.station_id)
    )
    if asked_before is not None:
        asked = certificate.renewal_asked_at
        statement = statement.where(Station.is_online, or_(asked.is_(None), asked < asked_before))
    return (await unit.session.scalars(statement.order_by(certificate.not_after).limit(limit))).all()


async def forget_ended(unit: Unit, *, before: datetime) -> None:
    """What ended before then is not listed any more."""
    await unit.session.execute(delete(IssuedCertificate).where(IssuedCertificate.not_after < before))
