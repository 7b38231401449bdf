"""What the gateway must know of stations, in a key-value bucket that every node watches.

The tables are the truth. An entry is written after its commit, and everything is compared at start, after every
reconnection and now and then, so that a write that was lost in between does not stay lost.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
import structlog
from nats.js.errors import BadRequestError, KeyDeletedError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from backoffice.kit.bus import Bus
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable
from backoffice.kit.forever import forever
from backoffice.stations import certificate_repository, repository
from backoffice.stations.models import ModelRules, Station
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from protocol.domain.identifiers import StationId, StationKey, TenantId

log = structlog.get_logger(__name__)

RETRY_S = 1.0
_WRONG_LAST_SEQUENCE = 10071  # the server's own number; nats-py names it for updates alone


class Registry:
    """Writes the registry bucket."""

    def __init__(
        self, bus: Bus, database: Database, *, heartbeat_interval_s: int, plans_charging: bool = False
    ) -> None:
        self._bus = bus
        self._database = database
        self._heartbeat_interval_s = heartbeat_interval_s
        self._plans_charging = plans_charging

    async def refresh(self, station: StationKey) -> None:
        """The gateway knows the station as its row is now, or, where the bus is away, after the next comparison.

        Whoever writes between our look at the bucket and our own write has seen a row that may be newer: then we look
        again. No connection is held while NATS is spoken to.
        """
        try:
            bucket = await self._bus.bucket(REGISTRY_BUCKET)
            while not await self._write(bucket, station):
                pass
        except BusUnavailable as error:
            log.warning("registry entry waits", station_id=station.station, reason=str(error))

    async def keep_reconciled(self) -> None:
        """Compares at once and after every reconnection; never returns."""
        async with self._bus.reconnections() as reconnected:
            reconnected.set()
            for _ in forever():
                await reconnected.wait()
                reconnected.clear()
                try:
                    await self.reconcile()
                except (BusUnavailable, DatabaseUnavailable) as error:
                    log.warning("registry not compared", reason=str(error))
                    await asyncio.sleep(RETRY_S)
                    reconnected.set()

    async def reconcile(self) -> int:
        """The bucket says of every station what the tables say; returns how many entries were wrong."""
        bucket = await self._bus.bucket(REGISTRY_BUCKET)
        # The bucket first: a station that is registered meanwhile is not taken for one that was removed.
        found = await self._read_all(bucket)
        async with self._database.transaction(ALL_TENANTS) as unit:
            stations = await repository.list_all_stations(unit)
            rules = {_model_of(row): row for row in await repository.list_all_model_rules(unit)}
            revoked = await certificate_repository.revoked_serials(unit)
        wanted = {
            _key_of(station): self._entry_of(station, rules.get(_model_of(station)), revoked) for station in stations
        }
        wrong = [key for key in {*found, *wanted} if _value_of(found.get(key)) != wanted.get(key)]
        with self._bus.naming_outages():
            for key in wrong:
                if key not in wanted:
                    await bucket.delete(key)
                    continue
                # Who was faster wrote what is newer.
                await _put_after(bucket, key, wanted[key], found.get(key))
        if wrong:
            log.info("registry reconciled", entries=len(wrong))
        return len(wrong)

    async def _write(self, bucket: KeyValue, station: StationKey) -> bool:
        """Whether nobody else wrote the entry meanwhile. That of a station that is gone is gone as well."""
        key = station_key(station)
        with self._bus.naming_outages():
            found = await _find(bucket, key)
        async with self._database.snapshot(station.tenant) as unit:
            row = await repository.find_row(unit, station.station)
            rules = None if row is None else await repository.find_model_rules(unit, row.vendor, row.model)
            revoked = {} if row is None else await certificate_repository.revoked_serials(unit, _names_of(row))
        if row is None:
            return await self._delete(bucket, key, found)
        with self._bus.naming_outages():
            return await _put_after(bucket, key, self._entry_of(row, rules, revoked), found)

    async def _delete(self, bucket: KeyValue, key: str, found: KeyValue.Entry | None) -> bool:
        if found is None:
            return True
        with self._bus.naming_outages():
            return await _delete_after(bucket, key, found)

    async def _read_all(self, bucket: KeyValue) -> dict[str, KeyValue.Entry]:
        entries: dict[str, KeyValue.Entry] = {}
        with self._bus.naming_outages():
            watcher = await bucket.watchall(ignore_deletes=True)
            async for entry in watcher:
                # nats-py says None once everything that is there was said.
                if entry is None:
                    break
                entries[entry.key] = entry
            await watcher.stop()  # type: ignore[no-untyped-call]
        return entries

    def _entry_of(
        self, station: Station, rules: ModelRules | None, revoked: Mapping[tuple[str, str], Sequence[str]]
    ) -> bytes:
        entry = RegistryEntry(
            security_profiles=tuple(station.security_profiles),
            credential_hash=station.credential_hash,
            previous_credential_hash=station.previous_credential_hash,
            certificate_name=station.certificate_name,
            revoked_serials=tuple(
                serial for name in _names_of(station) for serial in revoked.get((station.tenant_id, name), ())
            ),
            registration=station.registration,
            default_version=station.default_version,
            heartbeat_interval_s=self._heartbeat_interval_s,
            tolerance_off=_both(station.tolerance_off, rules.tolerance_off if rules else ()),
            pinned_rules=_both(station.pinned_rules, rules.pinned_rules if rules else ()),
            plans_charging=self._plans_charging,
            energy_transfer=None if station.energy_transfer is None else tuple(station.energy_transfer),
            settles_payments=station.settles_payments,
        )
        return msgspec.json.encode(entry)


async def _find(bucket: KeyValue, key: str) -> KeyValue.Entry | None:
    try:
        return await bucket.get(key)
    except (KeyNotFoundError, KeyDeletedError):
        return None


async def _put_after(bucket: KeyValue, key: str, value: bytes, found: KeyValue.Entry | None) -> bool:
    """Whether the entry was still the one that was found, and is `value` now."""
    try:
        if found is None:
            await bucket.create(key, value)
        else:
            await bucket.update(key, value, last=found.revision)
    except KeyWrongLastSequenceError:
        return False
    return True


async def _delete_after(bucket: KeyValue, key: str, found: KeyValue.Entry) -> bool:
    """Whether the entry was still the one that was found, and is gone now."""
    try:
        await bucket.delete(key, last=found.revision)
    except BadRequestError as refused:
        if refused.err_code != _WRONG_LAST_SEQUENCE:
            raise
        return False
    return True


def _value_of(entry: KeyValue.Entry | None) -> bytes | None:
    return None if entry is None else entry.value or b""


def _both(own: Sequence[str], of_model: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*own, *of_model}))


def _names_of(station: Station) -> Sequence[str]:
    """What its client certificate may call it."""
    return sorted({station.id, station.certificate_name or station.id})


def _model_of(row: Station | ModelRules) -> tuple[str, str | None, str | None]:
    return row.tenant_id, row.vendor, row.model


def _key_of(station: Station) -> str:
    return station_key(StationKey(TenantId(station.tenant_id), StationId(station.id)))
