"""By REST: how much power a site has, and how its stations share it."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, status as http
from pydantic import Field

from backoffice.kit.bodies import Body
from backoffice.kit.errors import NotFound
from backoffice.kit.guards import StationsReader, StationsWriter
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.service import provided
from backoffice.stations import balance_repository as balances, repository
from backoffice.stations.balancing import Balancing, SiteBalance
from backoffice.stations.power_sharing import SharingPolicy

router = APIRouter(prefix="/locations/{location_id}/power-limit", tags=["stations"])
BalancingDep = Annotated[Balancing, Depends(provided(Balancing))]

Watts = Annotated[int, Field(ge=0, le=100_000_000)]


class PowerLimitBody(Body):
    """What the location's stations may take together, in W.

    `idle_w` is what each is left while nobody charges there: a vehicle that comes begins with it, and the site has that
    much less to share. With 0 it waits some seconds for its share. `priorities` are by station; higher ones come first.
    """

    limit_w: Watts = Field(examples=[60_000])
    idle_w: Watts = 0
    policy: SharingPolicy = SharingPolicy.EQUAL
    priorities: dict[str, Annotated[int, Field(ge=-100, le=100)]] = Field(default_factory=dict, max_length=1_000)


class ShareView(Body):
    """A station's share in W: what it may take now, and what it is to have."""

    station_id: str
    is_online: bool
    is_charging: bool
    held_w: PlainDecimal
    wanted_w: PlainDecimal


class SiteView(PowerLimitBody):
    """The limit, and what has become of it."""

    held_w: PlainDecimal
    shares: list[ShareView]

    @classmethod
    def of(cls, site: SiteBalance) -> "SiteView":
        """As it is."""
        shares = [ShareView.model_validate(share, from_attributes=True) for share in site.shares]
        return cls(
            limit_w=site.limit.limit_w,
            idle_w=site.limit.idle_w,
            policy=SharingPolicy(site.limit.policy),
            priorities=site.limit.priorities,
            held_w=sum((share.held_w for share in site.shares), Decimal(0)),
            shares=shares,
        )


@router.get("")
async def read_power_limit(location_id: str, operator: StationsReader, balancing: BalancingDep) -> SiteView:
    """The limit with what each station may take."""
    async with balancing.database.snapshot(operator.tenant) as unit:
        return SiteView.of(await balancing.read(unit, location_id))


@router.put("")
async def save_power_limit(
    location_id: str, body: PowerLimitBody, operator: StationsWriter, balancing: BalancingDep
) -> SiteView:
    """The location's power is limited; its stations are told within seconds."""
    async with balancing.database.transaction(operator.tenant) as unit:
        if await repository.find_location(unit, location_id) is None:
            raise NotFound("location", location_id)
        values = {**body.model_dump(), "location_id": location_id, "changed_at": balancing.clock()}
        await balances.save_power_limit(unit, values)
        return SiteView.of(await balancing.read(unit, location_id))


@router.delete("", status_code=http.HTTP_204_NO_CONTENT)
async def release_power(location_id: str, operator: StationsWriter, balancing: BalancingDep) -> None:
    """The location's power is limited no longer."""
    async with balancing.database.transaction(operator.tenant) as unit:
        await balancing.release(unit, location_id)
