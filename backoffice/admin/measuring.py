"""What alarms are raised by, as it is now. What cannot be measured is left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from backoffice.admin import repository
from backoffice.admin.alarm_rules import AlarmKind, Measured
from backoffice.admin.asking import Services
from backoffice.admin.models import WatchedEvse
from backoffice.admin.streams import read_streams
from backoffice.contracts.stations import EXPIRING_CERTIFICATES, AskExpiringCertificates
from backoffice.kit.bus import Bus
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import BusUnavailable, ServiceSilent
from backoffice.kit.oversight_questions import DEAD_LETTERS, AskDeadLetters
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId

_QUARANTINE_COUNTS_FOR = timedelta(days=1)
_CERTIFICATES_END_WITHIN = timedelta(days=30)
_NO_TENANT = TenantId("")


def tenants_seen_by(tenant: TenantId) -> tuple[TenantId, ...]:
    """Whose dead letters a tenant's staff see: the default tenant, who runs the platform, also what has no tenant."""
    return (tenant, _NO_TENANT) if tenant == DEFAULT_TENANT else (tenant,)


class Measuring:
    """Measures for one tenant."""

    def __init__(self, database: Database, bus: Bus, services: Services) -> None:
        self._database = database
        self._bus = bus
        self._services = services

    async def measure(
        self, tenant: TenantId, *, now: datetime, payments_for: timedelta
    ) -> Mapping[AlarmKind, Sequence[Measured]]:
        """Every kind that could be measured, with what it measures. Streams belong to the default tenant."""
        async with self._database.transaction(tenant) as unit:
            unwell = await repository.unwell_evses(unit)
            measured = {
                AlarmKind.STATION_OFFLINE: [_offline(row, now) for row in unwell if row.offline_since and not row.evse],
                AlarmKind.STATION_FAULTED: [_faulted(row, now) for row in unwell if row.faulted_since],
                AlarmKind.MESSAGE_QUARANTINED: await _quarantined(unit, since=now - _QUARANTINE_COUNTS_FOR),
                AlarmKind.PAYMENTS_FAILED: await _failed_payments(unit, since=now - payments_for),
            }
        letters = await self._dead_letters(tenant)
        if letters is not None:
            measured[AlarmKind.DEAD_LETTERS] = letters
        if (certificates := await self._certificates(tenant, now)) is not None:
            measured[AlarmKind.CERTIFICATE_EXPIRING] = certificates
        if tenant == DEFAULT_TENANT and (streams := await self._streams()) is not None:
            measured[AlarmKind.STREAM_FILL] = streams
        return measured

    async def _dead_letters(self, tenant: TenantId) -> list[Measured] | None:
        """None where a service is silent: its letters may be there still."""
        answers = await self._services.ask_all(DEAD_LETTERS, AskDeadLetters(tenants_seen_by(tenant), limit=0))
        if answers.silent:
            return None
        return [
            Measured(service, answer.total, f"{answer.total} events that {service} could not apply.")
            for service, answer in answers.by_service.items()
        ]

    async def _certificates(self, tenant: TenantId, now: datetime) -> list[Measured] | None:
        """None where stations is silent."""
        question = AskExpiringCertificates(tenant, now + _CERTIFICATES_END_WITHIN)
        try:
            answer = await self._bus.ask(EXPIRING_CERTIFICATES, question)
        except (BusUnavailable, ServiceSilent):
            return None
        return [
            Measured(
                one.station_id,
                (_CERTIFICATES_END_WITHIN - (one.not_after - now)).days,
                f"Its certificate ends at {one.not_after:%Y-%m-%d %H:%M} UTC.",
            )
            for one in answer.certificates
        ]

    async def _streams(self) -> list[Measured] | None:
        try:
            streams = await read_streams(self._bus)
        except BusUnavailable:
            return None
        return [
            Measured(stream.name, stream.fill_percent, f"The stream {stream.name} is {stream.fill_percent} % full.")
            for stream in streams
            if stream.fill_percent is not None
        ]


def _offline(row: WatchedEvse, now: datetime) -> Measured:
    assert row.offline_since is not None
    return Measured(
        row.station_id, _minutes(now - row.offline_since), f"Offline since {row.offline_since:%Y-%m-%d %H:%M} UTC."
    )


def _faulted(row: WatchedEvse, now: datetime) -> Measured:
    assert row.faulted_since is not None
    about = f"{row.station_id}/{row.evse}" if row.evse else row.station_id
    return Measured(about, _minutes(now - row.faulted_since), f"Faulted since {row.faulted_since:%Y-%m-%d %H:%M} UTC.")


async def _quarantined(unit: Unit, *, since: datetime) -> list[Measured]:
    counted = await repository.count_quarantined(unit, since=since)
    return [
        Measured(station_id, count, f"{count} messages within a day that nothing could be made of.")
        for station_id, count in counted.items()
    ]


async def _failed_payments(unit: Unit, *, since: datetime) -> list[Measured]:
    count = await repository.count_failed_payments(unit, since=since)
    return [Measured("payments", count, f"{count} payments failed within an hour.")] if count else []


def _minutes(duration: timedelta) -> int:
    return int(duration.total_seconds() // 60)
