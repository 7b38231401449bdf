"""Campaigns by REST, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, status as http

from backoffice.kit.guards import StationsCommander, StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import campaign_repository
from backoffice.stations.campaign_schemas import CampaignView, MemberView, NewCampaign
from backoffice.stations.campaign_states import CampaignTrigger
from backoffice.stations.campaigns import Campaigns

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
CampaignsDep = Annotated[Campaigns, Depends(provided(Campaigns))]


@router.post("", status_code=http.HTTP_201_CREATED)
async def create_campaign(body: NewCampaign, operator: StationsCommander, campaigns: CampaignsDep) -> CampaignView:
    """The campaign runs: its first wave begins within seconds."""
    async with campaigns.database.transaction(operator.tenant) as unit:
        campaign = await campaigns.create(unit, body.plan(), by=operator.subject)
        return CampaignView.of(campaign, await campaign_repository.count_members(unit, campaign.id))


@router.get("")
async def list_campaigns(
    operator: StationsReader, campaigns: CampaignsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[CampaignView]:
    """The tenant's campaigns, the newest first."""
    async with campaigns.database.snapshot(operator.tenant) as unit:
        rows = await campaign_repository.list_campaigns(unit, cursor=cursor, limit=limit)
        counts = {row.id: await campaign_repository.count_members(unit, row.id) for row in rows}
    return page_of(
        rows,
        limit=limit,
        view=lambda row: CampaignView.of(row, counts[row.id]),
        key=lambda row: [row.created_at, row.id],
    )


@router.get("/{campaign_id}")
async def read_campaign(campaign_id: str, operator: StationsReader, campaigns: CampaignsDep) -> CampaignView:
    """How far it is."""
    async with campaigns.database.snapshot(operator.tenant) as unit:
        campaign = await campaigns.read(unit, campaign_id)
        return CampaignView.of(campaign, await campaign_repository.count_members(unit, campaign_id))


@router.get("/{campaign_id}/stations")
async def list_campaign_stations(
    campaign_id: str,
    operator: StationsReader,
    campaigns: CampaignsDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[MemberView]:
    """How far each station is, in the campaign's order."""
    async with campaigns.database.snapshot(operator.tenant) as unit:
        await campaigns.read(unit, campaign_id)
        rows = await campaign_repository.list_members(unit, campaign_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=MemberView.of, key=lambda row: [row.place])


@router.post("/{campaign_id}/pause")
async def pause_campaign(campaign_id: str, operator: StationsCommander, campaigns: CampaignsDep) -> CampaignView:
    """No further wave begins; what was sent goes on."""
    return await _move(campaign_id, CampaignTrigger.PAUSED, operator, campaigns)


@router.post("/{campaign_id}/resume")
async def resume_campaign(campaign_id: str, operator: StationsCommander, campaigns: CampaignsDep) -> CampaignView:
    """It goes on; what failed before counts no more."""
    return await _move(campaign_id, CampaignTrigger.RESUMED, operator, campaigns)


@router.post("/{campaign_id}/cancel")
async def cancel_campaign(campaign_id: str, operator: StationsCommander, campaigns: CampaignsDep) -> CampaignView:
    """It ends; stations that were not sent anything are left out."""
    return await _move(campaign_id, CampaignTrigger.CANCELLED, operator, campaigns)


async def _move(
    campaign_id: str, trigger: CampaignTrigger, operator: StationsCommander, campaigns: Campaigns
) -> CampaignView:
    async with campaigns.database.transaction(operator.tenant) as unit:
        campaign = await campaigns.move(unit, campaign_id, trigger)
        return CampaignView.of(campaign, await campaign_repository.count_members(unit, campaign_id))
