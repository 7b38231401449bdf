"""What drivers keep with us: their profile, vehicles and favourites. Methods that take a unit are one transaction's.

Name and language are identity's, which everybody asks who writes to a driver; here they are shown and passed on.
"""

from collections.abc import Sequence

from backoffice.contracts.identity import CHANGE_CONTACT, CONTACT_OF, AskContact, ChangeContact, Contact
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.profiles import repository
from backoffice.profiles.domain import ChargingWishes, Favourite, Profile, Vehicle, etag_of, is_match
from backoffice.profiles.errors import (
    DriverNotFound,
    FavouriteExists,
    FavouriteNotFound,
    ProfileChangedMeanwhile,
    TooMany,
    VehicleNotFound,
)
from backoffice.profiles.models import FavouriteRow, ProfileRow, VehicleRow
from backoffice.profiles.settings import ProfilesSettings
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId


class Profiles:
    """The use cases of a driver who is logged in."""

    def __init__(self, database: Database, bus: Bus, *, settings: ProfilesSettings, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus
        self._settings = settings

    async def ensure(self, tenant: TenantId, driver_id: str) -> None:
        """The driver has a profile. Raises DriverNotFound where their account is gone."""
        async with self.database.transaction(tenant) as unit:
            if await repository.find_profile(unit, driver_id) is not None:
                return
        await self._ask_contact(tenant, driver_id)
        async with self.database.transaction(tenant) as unit:
            await repository.add_profile(unit, driver_id, now=self.clock())

    async def read(self, tenant: TenantId, driver_id: str) -> Profile:
        """The driver's profile; of one who has said nothing, what the account says. Raises DriverNotFound."""
        contact = await self._ask_contact(tenant, driver_id)
        async with self.database.transaction(tenant) as unit:
            return profile_of(contact, await repository.find_profile(unit, driver_id))

    async def save(self, tenant: TenantId, driver_id: str, profile: Profile, *, if_match: str | None) -> Profile:
        """The profile is as said. Raises DriverNotFound, ProfileChangedMeanwhile."""
        await self.ensure(tenant, driver_id)
        contact = await self._ask_contact(tenant, driver_id)
        async with self.database.transaction(tenant) as unit:
            row = await _lock(unit, driver_id)
            _check_match(profile_of(contact, row), if_match, thing="profile")
            row.phone, row.timezone = profile.phone, profile.timezone
            row.connector_types = list(profile.charging.connector_types)
            row.min_power_w = profile.charging.min_power_w
            row.only_green, row.only_accessible = profile.charging.only_green, profile.charging.only_accessible
            row.updated_at = self.clock()
            # Asked before the commit: should identity be silent, nothing has changed here or there.
            if (contact.name, contact.language) != (profile.display_name, profile.language):
                change = ChangeContact(tenant, driver_id, name=profile.display_name, language=profile.language)
                contact = await self._bus.ask(CHANGE_CONTACT, change)
            return profile_of(contact, row)

    async def add_vehicle(self, unit: Unit, driver_id: str, vehicle: Vehicle) -> VehicleRow:
        """One more vehicle, the default where it is to be or is the first. Raises TooMany."""
        await _lock(unit, driver_id)
        others = await repository.list_vehicles(unit, driver_id)
        if len(others) >= self._settings.vehicles:
            raise TooMany("vehicles", most=self._settings.vehicles)
        now = self.clock()
        row = VehicleRow(
            tenant_id=unit.tenant, id=unique_event_id(now), driver_id=driver_id, is_default=False, created_at=now
        )
        await self._write_vehicle(unit, row, vehicle, others=others)
        unit.session.add(row)
        await unit.session.flush()
        return row

    async def save_vehicle(
        self, unit: Unit, driver_id: str, vehicle_id: str, vehicle: Vehicle, *, if_match: str | None
    ) -> VehicleRow:
        """The vehicle is as said. The default stays so until another one is. Raises VehicleNotFound, …Meanwhile."""
        await _lock(unit, driver_id)
        row = await self.find_vehicle(unit, driver_id, vehicle_id)
        _check_match(vehicle_of(row), if_match, thing="vehicle")
        others = [one for one in await repository.list_vehicles(unit, driver_id) if one.id != vehicle_id]
        await self._write_vehicle(unit, row, vehicle, others=others)
        await unit.session.flush()
        return row

    async def find_vehicle(self, unit: Unit, driver_id: str, vehicle_id: str) -> VehicleRow:
        """The vehicle. Raises VehicleNotFound, also where it is another driver's."""
        row = await repository.find_vehicle(unit, driver_id, vehicle_id)
        if row is None:
            raise VehicleNotFound(vehicle_id)
        return row

    async def delete_vehicle(self, unit: Unit, driver_id: str, vehicle_id: str, *, if_match: str | None) -> None:
        """The vehicle is gone; the oldest other takes its place as the default. Raises VehicleNotFound, …Meanwhile."""
        await _lock(unit, driver_id)
        row = await self.find_vehicle(unit, driver_id, vehicle_id)
        _check_match(vehicle_of(row), if_match, thing="vehicle")
        others = [one for one in await repository.list_vehicles(unit, driver_id) if one.id != vehicle_id]
        await unit.session.delete(row)
        await unit.session.flush()
        if row.is_default and others:
            others[0].is_default = True

    async def add_favourite(self, unit: Unit, driver_id: str, favourite: Favourite) -> FavouriteRow:
        """One more favourite. Raises FavouriteExists, TooMany."""
        await _lock(unit, driver_id)
        location_id, station_id = favourite.location_id, favourite.station_id
        known = await repository.find_favourite_of(unit, driver_id, location_id=location_id, station_id=station_id)
        if known is not None:
            raise FavouriteExists(location_id or station_id or "")
        if await repository.count_favourites(unit, driver_id) >= self._settings.favourites:
            raise TooMany("favourites", most=self._settings.favourites)
        now = self.clock()
        row = FavouriteRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            driver_id=driver_id,
            location_id=location_id,
            station_id=station_id,
            note=favourite.note,
            created_at=now,
        )
        unit.session.add(row)
        await unit.session.flush()
        return row

    async def find_favourite(self, unit: Unit, driver_id: str, favourite_id: str) -> FavouriteRow:
        """The favourite. Raises FavouriteNotFound, also where it is another driver's."""
        row = await repository.find_favourite(unit, driver_id, favourite_id)
        if row is None:
            raise FavouriteNotFound(favourite_id)
        return row

    async def note_favourite(
        self, unit: Unit, driver_id: str, favourite_id: str, note: str, *, if_match: str | None
    ) -> FavouriteRow:
        """The favourite has this note. Raises FavouriteNotFound, ProfileChangedMeanwhile."""
        await _lock(unit, driver_id)
        row = await self.find_favourite(unit, driver_id, favourite_id)
        _check_match(favourite_of(row), if_match, thing="favourite")
        row.note = note
        return row

    async def delete_favourite(self, unit: Unit, driver_id: str, favourite_id: str, *, if_match: str | None) -> None:
        """It is none any more. Raises FavouriteNotFound, ProfileChangedMeanwhile."""
        await _lock(unit, driver_id)
        row = await self.find_favourite(unit, driver_id, favourite_id)
        _check_match(favourite_of(row), if_match, thing="favourite")
        await unit.session.delete(row)

    async def _ask_contact(self, tenant: TenantId, driver_id: str) -> Contact:
        contact = await self._bus.ask(CONTACT_OF, AskContact(tenant, driver_id))
        if contact.email is None:
            raise DriverNotFound(driver_id)
        return contact

    async def _write_vehicle(
        self, unit: Unit, row: VehicleRow, vehicle: Vehicle, *, others: Sequence[VehicleRow]
    ) -> None:
        is_default = vehicle.is_default or not any(one.is_default for one in others)
        if is_default:
            await repository.clear_default(unit, row.driver_id, but=row.id)
        row.name, row.plate, row.battery_wh = vehicle.name, vehicle.plate, vehicle.battery_wh
        row.connector_types = list(vehicle.connector_types)
        row.max_ac_w, row.max_dc_w = vehicle.max_ac_w, vehicle.max_dc_w
        row.consumption_wh_per_km, row.is_default = vehicle.consumption_wh_per_km, is_default


def profile_of(contact: Contact, row: ProfileRow | None) -> Profile:
    """What is shown."""
    if row is None:
        return Profile(contact.name, contact.language)
    wishes = ChargingWishes(tuple(row.connector_types), row.min_power_w, row.only_green, row.only_accessible)
    return Profile(contact.name, contact.language, row.phone, row.timezone, wishes)


def vehicle_of(row: VehicleRow) -> Vehicle:
    """What is shown."""
    return Vehicle(
        row.name,
        row.plate,
        row.battery_wh,
        tuple(row.connector_types),
        row.max_ac_w,
        row.max_dc_w,
        row.consumption_wh_per_km,
        row.is_default,
    )


def favourite_of(row: FavouriteRow) -> Favourite:
    """What is shown."""
    return Favourite(row.location_id, row.station_id, row.note)


async def _lock(unit: Unit, driver_id: str) -> ProfileRow:
    row = await repository.lock_profile(unit, driver_id)
    if row is None:
        raise DriverNotFound(driver_id)
    return row


def _check_match(seen: Profile | Vehicle | Favourite, if_match: str | None, *, thing: str) -> None:
    etag = etag_of(seen)
    if not is_match(if_match, etag):
        raise ProfileChangedMeanwhile(thing, etag=etag)
