"""By REST: what a station's operator allows vehicles, and who settles what its terminal authorises."""

from fastapi import APIRouter
from pydantic import Field

from backoffice.kit.bodies import Body
from backoffice.kit.guards import StationsReader, StationsWriter
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.energy_bodies import EnergyTransfer
from backoffice.stations.models import Station
from backoffice.stations.service import key_of

router = APIRouter(prefix="/stations/{station_id}/policy", tags=["stations"])


class PolicyBody(Body):
    """Kinds of energy transfer that vehicles may ask for; null: any. What else they ask for is rejected (2.1).

    `settles_payments`: the station does not settle by itself what its terminal authorised; the platform does (2.1).
    """

    energy_transfer: list[EnergyTransfer] | None = Field(default=None, max_length=32)
    settles_payments: bool = False

    @classmethod
    def of(cls, station: Station) -> "PolicyBody":
        """As it is."""
        return cls.model_validate(
            {"energy_transfer": station.energy_transfer, "settles_payments": station.settles_payments}
        )


@router.get("")
async def read_station_policy(station_id: str, operator: StationsReader, stations: StationsDep) -> PolicyBody:
    """What is allowed."""
    async with stations.database.snapshot(operator.tenant) as unit:
        return PolicyBody.of(await stations.read_station(unit, station_id))


@router.put("")
async def save_station_policy(
    station_id: str, body: PolicyBody, operator: StationsWriter, stations: StationsDep
) -> PolicyBody:
    """What is allowed from now on; what is left out is as if it had never been said."""
    async with stations.database.transaction(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
        station.energy_transfer = None if body.energy_transfer is None else list(dict.fromkeys(body.energy_transfer))
        station.settles_payments = body.settles_payments
    await stations.registry.refresh(key_of(station))
    return PolicyBody.of(station)
