"""The workers that keep reports true: names and zones of sites first, then the views."""

from datetime import timedelta

import structlog

from backoffice.contracts.stations import DESCRIBE_EVSE, DESCRIBE_PLACE, DescribeEvse, DescribePlace, Place
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import Failure, Unavailable
from backoffice.reporting import repository, view_repository
from backoffice.reporting.models import SiteRow
from backoffice.reporting.repository import Site
from protocol.domain.identifiers import StationId, TenantId

log = structlog.get_logger(__name__)

_SITES_AT_ONCE = 200
_ASK_AGAIN_AFTER = timedelta(days=1)


class Refreshing:
    """Makes the views anew, on behalf of all tenants."""

    def __init__(self, database: Database, bus: Bus, *, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock

    async def refresh(self) -> None:
        """The views tell of everything that was committed before this; of sites, as far as stations answers now."""
        await self._describe_sites()
        began_at = self._clock()
        for view in view_repository.VIEWS:
            async with self._database.transaction(ALL_TENANTS) as unit:
                await view_repository.refresh_view(unit, view)
        async with self._database.transaction(ALL_TENANTS) as unit:
            await repository.save_refreshed_at(unit, began_at)

    async def _describe_sites(self) -> None:
        """Where nobody answers the site keeps its name and zone, and without any it is in UTC until somebody does."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            before = self._clock() - _ASK_AGAIN_AFTER
            sites = await repository.list_unknown_sites(unit, asked_before=before, limit=_SITES_AT_ONCE)
        for site in sites:
            try:
                described = await self._ask(site)
            except Unavailable as error:
                log.info("sites not described", reason=str(error))
                return
            except Failure as error:
                log.warning("site not described", location_id=site.location_id, reason=str(error))
                continue
            async with self._database.transaction(TenantId(site.tenant_id)) as unit:
                if described is None:
                    await repository.note_undescribed(unit, site.location_id, now=self._clock())
                else:
                    await repository.save_site(unit, described)

    async def _ask(self, site: Site) -> SiteRow | None:
        """The location as stations describes it; None where the place is not known, or is elsewhere by now."""
        tenant, now = TenantId(site.tenant_id), self._clock()
        if site.station_id is not None:
            evse = DescribeEvse(tenant, StationId(site.station_id), site.evse or 1)
            found = await self._bus.ask(DESCRIBE_EVSE, evse)
            location_id, name, timezone = found.location_id, found.location_name, found.timezone
        else:
            place = Place(bay_id=site.bay_id)
            question = DescribePlace(tenant, place, since=now, until=now + timedelta(hours=1))
            described = await self._bus.ask(DESCRIBE_PLACE, question)
            location_id, name, timezone = described.location_id, "", described.timezone
        if location_id != site.location_id:
            return None
        return SiteRow(tenant_id=tenant, location_id=site.location_id, name=name, timezone=timezone, asked_at=now)
