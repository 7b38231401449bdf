"""What tariffs answers. The tariff itself is OCPI JSON, read by backoffice/pricing."""

from datetime import datetime

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.tariff_and_cost.queries import AskDriverTariff, DriverTariff
from protocol.domain.identifiers import DriverId, StationId, TenantId


class TariffInForce(msgspec.Struct, frozen=True):
    """Which tariff holds at this EVSE at this time, for this driver? The answer for a past `at` never changes.

    A parking bay: `bay_id` with no station and EVSE 0. `location_id` is the asker's word for where the place is: by
    it a site's tariff is found.
    """

    tenant: TenantId
    station_id: StationId
    evse: int
    at: datetime
    driver_id: DriverId | None = None
    location_id: str | None = None
    bay_id: str | None = None


class TariffVersion(msgspec.Struct, frozen=True):
    """One version of a tariff as OCPI 2.2.1 JSON (§11.3.1 Tariff object)."""

    tariff_id: str
    version: int
    tariff: msgspec.Raw


class EvsePlace(msgspec.Struct, frozen=True):
    """An EVSE among many. `location_id` is the asker's word for where it is; without it no site's tariff is found."""

    station_id: StationId
    evse: int
    location_id: str | None = None


class TariffsInForce(msgspec.Struct, frozen=True):
    """The same question for many EVSEs at once, as a map needs it."""

    tenant: TenantId
    places: tuple[EvsePlace, ...]
    at: datetime


class TariffVersions(msgspec.Struct, frozen=True):
    """The distinct tariffs, and for each place asked for the index of its own."""

    versions: tuple[TariffVersion, ...]
    index_of_place: tuple[int, ...]


TARIFF_IN_FORCE = Query("tariffs", "tariff_in_force", TariffInForce, TariffVersion)
TARIFFS_IN_FORCE = Query("tariffs", "tariffs_in_force", TariffsInForce, TariffVersions)
DRIVER_TARIFF = Query("tariffs", "driver_tariff", AskDriverTariff, DriverTariff)
