"""Which certificates were signed for stations: revoked before their time, renewed before it is over.

Invariants:
1. A certificate is in the register in the transaction that sends it on its way.
2. A revoked one lets nobody in from the moment that its gateway knows; a socket that it opened ends within seconds.
3. A station that is online is asked to renew once a day from `renewal` before the end on; what it was given before
   stays good until then.
"""

from datetime import datetime, timedelta

import structlog

from backoffice.contracts.stations import AskExpiringCertificates, ExpiringCertificate, ExpiringCertificates
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.stations import certificate_repository, repository
from backoffice.stations.certificates import CertificateSigner
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import CertificateNotFound, NobodySigns, QueueFull
from backoffice.stations.models import IssuedCertificate
from backoffice.stations.registry import Registry
from protocol.blocks.remote_control.messages import ExtendedTriggerMessage, TriggerKind, TriggerMessage
from protocol.domain.certificates import SigningUse
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.version import OcppVersion

log = structlog.get_logger(__name__)

RENEW_EVERY_S = 600.0
_RENEWED_AT_ONCE = 100
_ASKED_AGAIN_AFTER = timedelta(days=1)
_KEPT_AFTER_END = timedelta(days=400)
_FOR_US = (None, SigningUse.STATION)
_TOLD_AT_MOST = 500


class CertificateRegister:
    """Keeps it. Without a signer nothing is renewed, and there is no list of what was revoked."""

    def __init__(
        self,
        database: Database,
        dispatch: Dispatch,
        registry: Registry,
        signer: CertificateSigner | None,
        *,
        clock: Clock,
        renewal: timedelta,
    ) -> None:
        self._database = database
        self._dispatch = dispatch
        self._registry = registry
        self._signer = signer
        self._clock = clock
        self._renewal = renewal

    async def revoke(self, tenant: TenantId, station_id: str, serial: str, *, reason: str) -> IssuedCertificate:
        """The certificate lets nobody in; said again it changes nothing. Raises CertificateNotFound."""
        now = self._clock()
        async with self._database.transaction(tenant) as unit:
            certificate = await certificate_repository.lock_certificate(unit, station_id, serial)
            if certificate is None:
                raise CertificateNotFound(serial)
            if certificate.revoked_at is None:
                certificate.revoked_at, certificate.revocation_reason = now, reason
        await self._registry.refresh(StationKey(tenant, StationId(station_id)))
        return certificate

    async def revocation_list(self, tenant: TenantId) -> str:
        """The tenant's revoked certificates, signed by whoever signed them (RFC 5280), in PEM. Raises NobodySigns."""
        if self._signer is None:
            raise NobodySigns
        async with self._database.snapshot(tenant) as unit:
            revoked = await certificate_repository.list_revoked(unit, now=self._clock())
        return self._signer.sign_revocations([(one.serial, one.revoked_at) for one in revoked if one.revoked_at])

    async def renew_due(self) -> None:
        """Stations whose certificate ends soon are asked for a request; what ended long ago is forgotten."""
        now = self._clock()
        async with self._database.transaction(ALL_TENANTS) as unit:
            await certificate_repository.forget_ended(unit, before=now - _KEPT_AFTER_END)
            due = (
                await certificate_repository.list_newest_that_end(
                    unit,
                    before=now + self._renewal,
                    uses=_FOR_US,
                    limit=_RENEWED_AT_ONCE,
                    asked_before=now - _ASKED_AGAIN_AFTER,
                )
                if self._signer is not None
                else ()
            )
        for certificate in due:
            await self._ask_to_renew(TenantId(certificate.tenant_id), certificate, now)

    async def tell_expiring(self, question: AskExpiringCertificates) -> ExpiringCertificates:
        """The newest certificates of stations that end before then, the first to end first."""
        async with self._database.snapshot(question.tenant) as unit:
            found = await certificate_repository.list_newest_that_end(
                unit, before=question.before, uses=_FOR_US, limit=_TOLD_AT_MOST
            )
        return ExpiringCertificates([ExpiringCertificate(StationId(one.station_id), one.not_after) for one in found])

    async def _ask_to_renew(self, tenant: TenantId, due: IssuedCertificate, now: datetime) -> None:
        async with self._database.transaction(tenant) as unit:
            certificate = await certificate_repository.lock_certificate(unit, due.station_id, due.serial)
            station = await repository.find_row(unit, due.station_id)
            if certificate is None or station is None:
                return
            # 1.6's own action has no word for it (Security whitepaper §4.2).
            kind = ExtendedTriggerMessage if station.version == OcppVersion.V16 else TriggerMessage
            key = StationKey(tenant, StationId(station.id))
            try:
                await self._dispatch.enqueue(
                    unit,
                    key,
                    kind(TriggerKind.SIGN_STATION_CERTIFICATE),
                    by="stations",
                    queue_until=now + _ASKED_AGAIN_AFTER,
                )
            except QueueFull:
                log.warning("not asked to renew its certificate", station_id=station.id, reason="its queue is full")
                return
            certificate.renewal_asked_at = now
        log.info("asked to renew its certificate", station_id=due.station_id, ends=due.not_after.isoformat())
