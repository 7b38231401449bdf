"""A station leaves the inventory, with everything that hangs on it here.

Sessions, invoices and the message log name it by its id alone, in other schemas, and stay.
"""

from sqlalchemy import delete

from backoffice.kit.database import Unit
from backoffice.stations import bay_repository
from backoffice.stations.balance_models import SentShare
from backoffice.stations.campaign_models import CampaignMember
from backoffice.stations.device_models import (
    InstalledNetworkProfile,
    MonitoringSetting,
    Report,
    ShownMessage,
    StationEventRow,
    StationMonitor,
)
from backoffice.stations.models import (
    Base,
    Connector,
    Evse,
    ExternalLimit,
    HeldReservation,
    InstalledLimit,
    Station,
    StationCommand,
    StationVariable,
    Upload,
    VehicleNeeds,
)
from backoffice.stations.place_models import ClosedPlace

REMOVED: tuple[type[Base], ...] = (
    ClosedPlace,
    CampaignMember,
    StationCommand,
    StationVariable,
    InstalledLimit,
    ExternalLimit,
    VehicleNeeds,
    SentShare,
    HeldReservation,
    Upload,
    Report,  # its parts by the key
    StationMonitor,
    MonitoringSetting,
    StationEventRow,
    ShownMessage,
    InstalledNetworkProfile,
    Connector,
    Evse,
)
"""What hangs on a station, in an order that the keys allow."""


async def delete_station(unit: Unit, station_id: str) -> None:
    """The station is gone; bays that served it serve no EVSE any more."""
    await bay_repository.release_evses(unit, station_id, unless_at=None)
    for model in REMOVED:
        table = Base.metadata.tables[model.__tablename__]
        of_station = (table.c.tenant_id == unit.tenant) & (table.c.station_id == station_id)
        await unit.session.execute(delete(table).where(of_station))
    await unit.session.execute(delete(Station).where(Station.tenant_id == unit.tenant, Station.id == station_id))
