"""Which tariff is in force, as the other services ask. The answer for a past time never changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from backoffice.contracts.tariffs import TariffInForce, TariffsInForce, TariffVersion, TariffVersions
from backoffice.kit.database import Database, Unit
from backoffice.pricing.tariff import read_tariff
from backoffice.tariffs import driver_repository, repository, scope_repository
from backoffice.tariffs.domain import Asked, Place, PriceList, Version, free_version, order_of
from backoffice.tariffs.told import tariff_for_station
from protocol.blocks.tariff_and_cost.queries import AskDriverTariff, DriverTariff
from protocol.domain.identifiers import DriverId, TenantId

_SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class InForce:
    """Answers with what was said; where that is nothing, charging is free."""

    def __init__(self, database: Database, *, currency: str) -> None:
        self._database = database
        self._free = free_version(currency, since=_SINCE_EVER)

    async def answer_tariff_in_force(self, question: TariffInForce) -> TariffVersion:
        """The tariff of that driver there."""
        asked = Asked(
            station_id=question.station_id,
            evse=question.evse,
            bay_id=question.bay_id,
            location_id=question.location_id,
            driver_id=question.driver_id,
        )
        version = await self.find(question.tenant, asked, question.at)
        return TariffVersion(version.tariff_id, version.number, msgspec.Raw(version.json))

    async def answer_tariffs_in_force(self, question: TariffsInForce) -> TariffVersions:
        """The tariffs at many EVSEs, each once."""
        asked = [
            Asked(station_id=place.station_id, evse=place.evse, location_id=place.location_id)
            for place in question.places
        ]
        async with self._database.transaction(question.tenant) as unit:
            orders = [list(order_of(each)) for each in asked]
            found = [version or self._free for version in await _find_all(unit, orders, question.at)]
        indices = {version: index for index, version in enumerate(dict.fromkeys(found))}
        return TariffVersions(
            versions=tuple(
                TariffVersion(version.tariff_id, version.number, msgspec.Raw(version.json)) for version in indices
            ),
            index_of_place=tuple(indices[version] for version in found),
        )

    async def answer_driver_tariff(self, question: AskDriverTariff) -> DriverTariff:
        """The driver's own tariff, or their group's, as a station is told it."""
        async with self._database.transaction(question.tenant) as unit:
            asked = await _with_group(unit, Asked(driver_id=question.driver_id), question.at)
            of_people = [place for place in order_of(asked) if place != Place()]
            [own] = await _find_all(unit, [of_people], question.at)
        return DriverTariff(None if own is None else tariff_for_station(read_tariff(own.json)))

    async def find(self, tenant: TenantId, asked: Asked, at: datetime) -> Version:
        """The version in force; the free one where nothing was ever said."""
        async with self._database.transaction(tenant) as unit:
            asked = await _with_group(unit, asked, at)
            [version] = await _find_all(unit, [list(order_of(asked))], at)
        return version or self._free


async def _with_group(unit: Unit, asked: Asked, at: datetime) -> Asked:
    if not asked.driver_id:
        return asked
    await repository.lock_to_answer(unit)
    return replace(asked, group_id=await scope_repository.group_of(unit, DriverId(asked.driver_id), at))


async def _find_all(unit: Unit, orders: Sequence[Sequence[Place]], at: datetime) -> Sequence[Version | None]:
    """For each order the version that it leads to."""
    await repository.lock_to_answer(unit)
    places = {place for order in orders for place in order}
    stations = {place.station_id for place in places if place.station_id is not None}
    assignments = list(await repository.assignments_at(unit, stations, at)) if Place() in places else []
    assignments += await scope_repository.scope_assignments_at(unit, places, at)
    for driver_id in {place.driver_id for place in places if place.driver_id is not None}:
        assignments += await driver_repository.driver_assignments_at(unit, driver_id, at)
    versions = await repository.versions_begun(unit, {one.tariff_id for one in assignments}, at)
    price_list = PriceList(assignments, versions)
    return [price_list.find(order, at) for order in orders]
