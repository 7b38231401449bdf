"""The queries of campaigns."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.campaign_models import Campaign, CampaignMember
from backoffice.stations.campaign_states import CampaignState, MemberState
from backoffice.stations.models import Station

OPEN = (MemberState.CALLED, MemberState.SENT)


async def lock_campaign(unit: Unit, campaign_id: str) -> Campaign | None:
    """The campaign, which nobody else changes before this transaction ends."""
    return await unit.session.get(Campaign, (unit.tenant, campaign_id), with_for_update=True, populate_existing=True)


async def find_campaign(unit: Unit, campaign_id: str) -> Campaign | None:
    """The campaign."""
    return await unit.session.get(Campaign, (unit.tenant, campaign_id))


async def list_campaigns(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Campaign]:
    """The tenant's campaigns, the newest first, one more than `limit`."""
    statement = select(Campaign).where(Campaign.tenant_id == unit.tenant)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=[Campaign.created_at, Campaign.id],
            parsers=[datetime.fromisoformat, str],
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def select_running(unit: Unit) -> Sequence[Campaign]:
    """The campaigns of all tenants that go on."""
    return (await unit.session.scalars(select(Campaign).where(Campaign.state == CampaignState.RUNNING))).all()


async def list_members(unit: Unit, campaign_id: str, *, cursor: str | None, limit: int) -> Sequence[CampaignMember]:
    """The campaign's stations in its order, one more than `limit`."""
    statement = select(CampaignMember).where(
        CampaignMember.tenant_id == unit.tenant, CampaignMember.campaign_id == campaign_id
    )
    found = await unit.session.scalars(
        after_cursor(statement, cursor, keys=[CampaignMember.place], parsers=[int], limit=limit)
    )
    return found.all()


async def count_members(unit: Unit, campaign_id: str) -> Mapping[str, int]:
    """How many stations of the campaign are in each state."""
    rows = await unit.session.execute(
        select(CampaignMember.state, func.count())
        .where(CampaignMember.tenant_id == unit.tenant, CampaignMember.campaign_id == campaign_id)
        .group_by(CampaignMember.state)
    )
    return {row[0]: row[1] for row in rows}


async def lock_members(
    unit: Unit, campaign_id: str, states: Sequence[MemberState], *, limit: int | None = None
) -> Sequence[CampaignMember]:
    """The campaign's stations in these states in its order, which nobody else changes meanwhile."""
    found = await unit.session.scalars(
        select(CampaignMember)
        .where(
            CampaignMember.tenant_id == unit.tenant,
            CampaignMember.campaign_id == campaign_id,
            CampaignMember.state.in_(states),
        )
        .order_by(CampaignMember.place)
        .limit(limit)
        .with_for_update()
    )
    return found.all()


async def lock_member(unit: Unit, campaign_id: str, station_id: str) -> CampaignMember | None:
    """One station of the campaign."""
    key = (unit.tenant, campaign_id, station_id)
    return await unit.session.get(CampaignMember, key, with_for_update=True, populate_existing=True)


async def lock_sent(unit: Unit, station_id: str, request_id: int | None) -> Sequence[CampaignMember]:
    """Where the station was sent firmware: by the request where its report names one (1.6 §4.5 does not)."""
    named = () if request_id is None else (CampaignMember.request_id == request_id,)
    found = await unit.session.scalars(
        select(CampaignMember)
        .where(
            CampaignMember.tenant_id == unit.tenant,
            CampaignMember.station_id == station_id,
            CampaignMember.state == MemberState.SENT,
            CampaignMember.request_id.is_not(None),
            *named,
        )
        .order_by(CampaignMember.campaign_id)
        .with_for_update()
    )
    return found.all()


async def leave_out_waiting(unit: Unit, campaign_id: str, *, now: datetime) -> None:
    """Stations that were not sent anything are none of the campaign's any more."""
    await unit.session.execute(
        update(CampaignMember)
        .where(
            CampaignMember.tenant_id == unit.tenant,
            CampaignMember.campaign_id == campaign_id,
            CampaignMember.state.in_((MemberState.WAITING, MemberState.CALLED)),
        )
        .values(state=MemberState.LEFT_OUT, due_at=None, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def select_stations(
    unit: Unit, *, location_id: str | None, vendor: str | None, model: str | None
) -> Sequence[str]:
    """The ids of the tenant's stations that are all of what is given."""
    wanted = {Station.location_id: location_id, Station.vendor: vendor, Station.model: model}
    found = await unit.session.scalars(
        select(Station.id)
        .where(Station.tenant_id == unit.tenant, *(column == value for column, value in wanted.items() if value))
        .order_by(Station.id)
    )
    return found.all()


async def which_exist(unit: Unit, station_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are the tenant's stations."""
    found = await unit.session.scalars(
        select(Station.id).where(Station.tenant_id == unit.tenant, Station.id.in_(station_ids))
    )
    return set(found)


async def online_among(unit: Unit, station_ids: Sequence[str]) -> set[str]:
    """Those of the stations that are connected now."""
    found = await unit.session.scalars(
        select(Station.id).where(
            Station.tenant_id == unit.tenant, Station.id.in_(station_ids), Station.is_online.is_(True)
        )
    )
    return set(found)
