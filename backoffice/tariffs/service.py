"""Tariffs are published, assigned, and found again."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from backoffice.contracts.tariffs import TariffInForce, TariffsInForce, TariffVersion, TariffVersions
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.pricing.errors import InvalidTariff
from backoffice.pricing.tariff import Tariff, read_tariff
from backoffice.tariffs import driver_repository, repository
from backoffice.tariffs.domain import Assignment, Place, PriceList, Version, free_version, reassign, version_at
from backoffice.tariffs.errors import TariffIdMismatch, TariffNotFound, TariffRefused
from backoffice.tariffs.told import tariff_for_station
from protocol.blocks.tariff_and_cost.queries import AskDriverTariff, DriverTariff
from protocol.domain.identifiers import DriverId

LARGEST_TARIFF = 262_144
_SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Tariffs:
    """The price list of each tenant. Methods with a `unit` work in its transaction."""

    def __init__(self, database: Database, *, clock: Clock, currency: str) -> None:
        self.database = database
        self._clock = clock
        self._free = free_version(currency, since=_SINCE_EVER)

    async def publish(self, unit: Unit, tariff_id: str, json: bytes, *, operator_id: str) -> Version:
        """The tariff has a new version, valid from now on, or from its `start_date_time` where that is later.

        Raises TariffRefused or TariffIdMismatch. JSON that the newest version has already makes no other version.
        """
        tariff = _read(json)
        if tariff.id != tariff_id:
            raise TariffIdMismatch(tariff_id, in_body=tariff.id)
        await repository.lock_to_change(unit)
        now = self._clock()
        versions = await repository.versions_of(unit, tariff_id)
        if versions and versions[0].json == json:
            return versions[0]
        version = Version(
            tariff_id,
            number=versions[0].number + 1 if versions else 1,
            valid_from=max(now, tariff.valid_from or now),
            valid_until=tariff.valid_until,
            json=json,
        )
        await repository.add_version(unit, version, now=now, created_by=operator_id)
        return version

    async def assign(
        self, unit: Unit, tariff_id: str, places: Sequence[Place], *, operator_id: str
    ) -> Sequence[Assignment]:
        """The tariff holds at `places`, and nowhere else, from now on. Raises TariffNotFound."""
        await repository.lock_to_change(unit)
        now = self._clock()
        if not await repository.newest_number(unit, tariff_id):
            raise TariffNotFound(tariff_id)
        found = await repository.current_assignments(unit, tariff_id=tariff_id, places=places)
        change = reassign(tariff_id, places, current={assignment.place: assignment for assignment in found})
        for assignment in change.ending:
            await repository.end_assignment(unit, assignment, now)
        await repository.add_assignments(unit, tariff_id, change.beginning, valid_from=now, created_by=operator_id)
        return await self.list_assignments(unit, tariff_id)

    async def assign_drivers(
        self, unit: Unit, tariff_id: str, drivers: Sequence[DriverId], *, operator_id: str
    ) -> Sequence[DriverId]:
        """The tariff is these drivers' own, and no other's, from now on. Raises TariffNotFound."""
        await repository.lock_to_change(unit)
        now = self._clock()
        if not await repository.newest_number(unit, tariff_id):
            raise TariffNotFound(tariff_id)
        found = await driver_repository.current_driver_assignments(unit, tariff_id=tariff_id, drivers=drivers)
        places = [Place(driver_id=driver_id) for driver_id in drivers]
        change = reassign(tariff_id, places, current={assignment.place: assignment for assignment in found})
        for assignment in change.ending:
            await driver_repository.end_driver_assignment(unit, assignment, now)
        await driver_repository.add_driver_assignments(
            unit, tariff_id, change.beginning, valid_from=now, created_by=operator_id
        )
        return await self.list_drivers(unit, tariff_id)

    async def list_drivers(self, unit: Unit, tariff_id: str) -> Sequence[DriverId]:
        """Whose own the tariff is from now on. Raises TariffNotFound."""
        if not await repository.newest_number(unit, tariff_id):
            raise TariffNotFound(tariff_id)
        found = await driver_repository.current_driver_assignments(unit, tariff_id=tariff_id)
        return [driver_id for one in found if (driver_id := one.place.driver_id) is not None]

    async def list_assignments(self, unit: Unit, tariff_id: str) -> Sequence[Assignment]:
        """Where the tariff holds from now on. Raises TariffNotFound."""
        if not await repository.newest_number(unit, tariff_id):
            raise TariffNotFound(tariff_id)
        found = await repository.current_assignments(unit, tariff_id=tariff_id)
        return [assignment for assignment in found if assignment.tariff_id == tariff_id]

    async def list_newest(self, unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Version]:
        """The newest version of each tariff, and one more than `limit`."""
        return await repository.page_of_newest(unit, cursor=cursor, limit=limit)

    async def list_versions(self, unit: Unit, tariff_id: str) -> Sequence[Version]:
        """All versions, the newest first. Raises TariffNotFound."""
        versions = await repository.versions_of(unit, tariff_id)
        if not versions:
            raise TariffNotFound(tariff_id)
        return versions

    async def read_version(self, unit: Unit, tariff_id: str) -> Version:
        """The version in force now, else the newest. Raises TariffNotFound."""
        versions = await self.list_versions(unit, tariff_id)
        return version_at(versions, self._clock()) or versions[0]

    async def answer_tariff_in_force(self, question: TariffInForce) -> TariffVersion:
        """The driver's own tariff, else that at the EVSE."""
        place = Place(question.station_id, question.evse)
        async with self.database.transaction(question.tenant) as unit:
            own = None
            if question.driver_id is not None:
                own = await self._find_own(unit, question.driver_id, question.at)
            [version] = [own] if own is not None else await self._find(unit, [place], question.at)
        return _answer(version)

    async def answer_driver_tariff(self, question: AskDriverTariff) -> DriverTariff:
        """The driver's own tariff, as a station is told it."""
        async with self.database.transaction(question.tenant) as unit:
            own = await self._find_own(unit, question.driver_id, question.at)
        return DriverTariff(None if own is None else tariff_for_station(read_tariff(own.json)))

    async def answer_tariffs_in_force(self, question: TariffsInForce) -> TariffVersions:
        """The tariffs at many EVSEs, each once."""
        places = [Place(place.station_id, place.evse) for place in question.places]
        async with self.database.transaction(question.tenant) as unit:
            found = await self._find(unit, places, question.at)
        indices = {version: index for index, version in enumerate(dict.fromkeys(found))}
        return TariffVersions(
            versions=tuple(_answer(version) for version in indices),
            index_of_place=tuple(indices[version] for version in found),
        )

    async def _find_own(self, unit: Unit, driver_id: DriverId, at: datetime) -> Version | None:
        await repository.lock_to_answer(unit)
        assignments = await driver_repository.driver_assignments_at(unit, driver_id, at)
        versions = await repository.versions_begun(unit, {one.tariff_id for one in assignments}, at)
        return PriceList(assignments, versions).find(Place(driver_id=driver_id), at)

    async def _find(self, unit: Unit, places: Sequence[Place], at: datetime) -> Sequence[Version]:
        await repository.lock_to_answer(unit)
        stations = {place.station_id for place in places if place.station_id is not None}
        assignments = await repository.assignments_at(unit, stations, at)
        tariff_ids = {assignment.tariff_id for assignment in assignments}
        versions = await repository.versions_begun(unit, tariff_ids, at)
        price_list = PriceList(assignments, versions)
        return [price_list.find(place, at) or self._free for place in places]


def _read(json: bytes) -> Tariff:
    if len(json) > LARGEST_TARIFF:
        raise TariffRefused(f"A tariff has {LARGEST_TARIFF} bytes at most; this one has {len(json)}.")
    try:
        return read_tariff(json)
    except InvalidTariff as error:
        raise TariffRefused(str(error)) from error


def _answer(version: Version) -> TariffVersion:
    return TariffVersion(version.tariff_id, version.number, msgspec.Raw(version.json))
