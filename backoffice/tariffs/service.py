"""Tariffs are published, assigned, and found again."""

from collections.abc import Sequence

from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.pricing.errors import InvalidTariff
from backoffice.pricing.tariff import Tariff, read_tariff
from backoffice.tariffs import driver_repository, repository, scope_repository
from backoffice.tariffs.domain import Assignment, Place, Scope, Version, reassign, version_at
from backoffice.tariffs.errors import TariffIdMismatch, TariffNotFound, TariffRefused
from protocol.domain.identifiers import DriverId

LARGEST_TARIFF = 262_144


class Tariffs:
    """The price list of each tenant. Methods with a `unit` work in its transaction."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self._clock = clock

    async def publish(self, unit: Unit, tariff_id: str, json: bytes, *, operator_id: str) -> Version:
        """The tariff has a new version, valid from now on, or from its `start_date_time` where that is later.

        Raises TariffRefused or TariffIdMismatch. JSON that the newest version has already makes no other version.
        """
        tariff = read_draft(json)
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
        await self._lock(unit, tariff_id)
        found = await self._current_at_places(unit, tariff_id, places)
        await self._reassign(unit, tariff_id, places, found, operator_id=operator_id)
        return await self.list_assignments(unit, tariff_id)

    async def assign_drivers(
        self, unit: Unit, tariff_id: str, drivers: Sequence[DriverId], *, operator_id: str
    ) -> Sequence[DriverId]:
        """The tariff is these drivers' own, and no other's, from now on. Raises TariffNotFound."""
        await self._lock(unit, tariff_id)
        found = await driver_repository.current_driver_assignments(unit, tariff_id=tariff_id, drivers=drivers)
        places = [Place(driver_id=driver_id) for driver_id in drivers]
        await self._reassign(unit, tariff_id, places, found, operator_id=operator_id)
        return await self.list_drivers(unit, tariff_id)

    async def assign_groups(
        self, unit: Unit, tariff_id: str, groups: Sequence[str], *, operator_id: str
    ) -> Sequence[str]:
        """The tariff is that of these groups of drivers, and of no other, from now on. Raises TariffNotFound."""
        await self._lock(unit, tariff_id)
        places = [Place(group_id=group_id) for group_id in groups]
        found = await scope_repository.current_scope_assignments(
            unit, tariff_id=tariff_id, scopes=(Scope.GROUP,), places=places
        )
        await self._reassign(unit, tariff_id, places, found, operator_id=operator_id)
        return await self.list_groups(unit, tariff_id)

    async def list_groups(self, unit: Unit, tariff_id: str) -> Sequence[str]:
        """Of which groups the tariff is from now on. Raises TariffNotFound."""
        await _must_exist(unit, tariff_id)
        found = await scope_repository.current_scope_assignments(unit, tariff_id=tariff_id, scopes=(Scope.GROUP,))
        return [group_id for one in found if (group_id := one.place.group_id) is not None]

    async def set_group(
        self, unit: Unit, group_id: str, drivers: Sequence[DriverId], *, operator_id: str
    ) -> Sequence[DriverId]:
        """These drivers are the group, from now on, and in no other one."""
        await repository.lock_to_change(unit)
        now = self._clock()
        members = set(await scope_repository.current_members(unit, group_id))
        wanted = set(drivers)
        await scope_repository.leave_groups(unit, members ^ wanted, now)
        await scope_repository.join_group(
            unit, group_id, sorted(wanted - members), valid_from=now, created_by=operator_id
        )
        return await scope_repository.current_members(unit, group_id)

    async def list_members(self, unit: Unit, group_id: str) -> Sequence[DriverId]:
        """Who is in the group; nobody is in one that nobody has made."""
        return await scope_repository.current_members(unit, group_id)

    async def list_drivers(self, unit: Unit, tariff_id: str) -> Sequence[DriverId]:
        """Whose own the tariff is from now on. Raises TariffNotFound."""
        await _must_exist(unit, tariff_id)
        found = await driver_repository.current_driver_assignments(unit, tariff_id=tariff_id)
        return [driver_id for one in found if (driver_id := one.place.driver_id) is not None]

    async def list_assignments(self, unit: Unit, tariff_id: str) -> Sequence[Assignment]:
        """Where the tariff holds from now on. Raises TariffNotFound."""
        await _must_exist(unit, tariff_id)
        found = await self._current_at_places(unit, tariff_id, ())
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

    async def _lock(self, unit: Unit, tariff_id: str) -> None:
        await repository.lock_to_change(unit)
        await _must_exist(unit, tariff_id)

    async def _current_at_places(self, unit: Unit, tariff_id: str, places: Sequence[Place]) -> Sequence[Assignment]:
        """What holds from now on at stations, sites and bays: this tariff, and any tariff at `places`."""
        at_stations = [place for place in places if place.scope is None]
        return [
            *await repository.current_assignments(unit, tariff_id=tariff_id, places=at_stations),
            *await scope_repository.current_scope_assignments(
                unit, tariff_id=tariff_id, scopes=(Scope.SITE, Scope.BAY), places=places
            ),
        ]

    async def _reassign(
        self,
        unit: Unit,
        tariff_id: str,
        places: Sequence[Place],
        found: Sequence[Assignment],
        *,
        operator_id: str,
    ) -> None:
        now = self._clock()
        change = reassign(tariff_id, places, current={assignment.place: assignment for assignment in found})
        for assignment in change.ending:
            if assignment.place.driver_id is not None:
                await driver_repository.end_driver_assignment(unit, assignment, now)
            elif assignment.place.scope is not None:
                await scope_repository.end_scope_assignment(unit, assignment, now)
            else:
                await repository.end_assignment(unit, assignment, now)
        drivers = [place for place in change.beginning if place.driver_id is not None]
        scoped = [place for place in change.beginning if place.scope is not None]
        stations = [place for place in change.beginning if place.driver_id is None and place.scope is None]
        for add, beginning in (
            (repository.add_assignments, stations),
            (scope_repository.add_scope_assignments, scoped),
            (driver_repository.add_driver_assignments, drivers),
        ):
            await add(unit, tariff_id, beginning, valid_from=now, created_by=operator_id)


async def _must_exist(unit: Unit, tariff_id: str) -> None:
    if not await repository.newest_number(unit, tariff_id):
        raise TariffNotFound(tariff_id)


def read_draft(json: bytes) -> Tariff:
    """The tariff as it would be published. Raises TariffRefused."""
    if len(json) > LARGEST_TARIFF:
        raise TariffRefused(f"A tariff has {LARGEST_TARIFF} bytes at most; this one has {len(json)}.")
    try:
        return read_tariff(json)
    except InvalidTariff as error:
        raise TariffRefused(str(error)) from error
