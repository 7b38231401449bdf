"""Reporting on real servers, with a stand-in for stations that knows two sites in two zones."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted, PriceLine
from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    DESCRIBE_PLACE,
    DescribeEvse,
    DescribePlace,
    EvseDescription,
    PlaceDescription,
    StationStatusChanged,
)
from backoffice.kit.auth import Role
from backoffice.kit.bus import Answerer
from backoffice.kit.service import Service
from backoffice.kit.testing import eventually
from backoffice.reporting.app import SERVICE
from protocol.bus.envelope import Envelope, encode_envelope, unique_event_id
from protocol.bus.subjects import domain_subject
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId, StationId, TenantId, TransactionId
from protocol.domain.status import ConnectorStatus
from tests.factories.places import HttpPlace, open_place

SITE_OF = {"BER-1": "berlin", "BER-2": "berlin", "NYC-1": "york"}
ZONE_OF = {"berlin": "Europe/Berlin", "york": "America/New_York"}
# A Monday, 22:30 UTC: Tuesday in Berlin, Monday in New York.
MONDAY = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
RANGE = {"from": "2026-05-01", "to": "2026-06-01"}


async def _describe(question: DescribeEvse) -> EvseDescription:
    site = SITE_OF.get(question.station_id)
    if site is None:
        return EvseDescription(is_known=False)
    return EvseDescription(is_known=True, location_id=site, location_name=site.title(), timezone=ZONE_OF[site])


async def _describe_place(_question: DescribePlace) -> PlaceDescription:
    return PlaceDescription(is_known=True, location_id="berlin", timezone=ZONE_OF["berlin"])


class Desk:
    """Says what other services say, and reads reports."""

    def __init__(self, place: HttpPlace) -> None:
        self.place = place

    async def say(self, event: msgspec.Struct, *, key: str, at: datetime, tenant: TenantId = DEFAULT_TENANT) -> None:
        """A service's event, as if it had been said then; said again it has another id."""
        row = self.place.catalogue.row_of(type(event))
        envelope = Envelope(
            id=unique_event_id(at), source="/test", type=row.type, time=at, tenant=tenant, subject=key, data=event
        )
        subject = domain_subject(tenant, key=key, service=row.owner, event=row.name)
        await self.place.bus.publish(subject, encode_envelope(envelope), message_id=envelope.id)

    async def open_ports(self, *, at: datetime = MONDAY - timedelta(days=2)) -> None:
        """Every station was first heard of then."""
        for station, site in SITE_OF.items():
            await self.status(station, ConnectorStatus.AVAILABLE, at=at, site=site)

    async def status(
        self,
        station: str,
        status: ConnectorStatus | None,
        *,
        at: datetime,
        evse: int | None = 1,
        is_online: bool = True,
        site: str | None = None,
    ) -> None:
        event = StationStatusChanged(StationId(station), site or SITE_OF[station], evse, status, is_online)
        await self.say(event, key=station, at=at)

    async def read(self, kind: str, *, by: Sequence[str] = (), **query: Any) -> list[dict[str, Any]]:
        """All pages of a report, with a page's size that makes it more than one."""
        items: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            params = {**RANGE, "limit": 3, **query, "by": list(by)} | ({"cursor": cursor} if cursor else {})
            headers = query.pop("headers", None) or self.place.operator_headers()
            params.pop("headers", None)
            answer = await self.place.http.get(f"/api/v1/reports/{kind}", params=params, headers=headers)
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
        return items

    async def shows(
        self, kind: str, expected: list[tuple[Any, ...]], *, by: Sequence[str], figures: str, **query: Any
    ) -> None:
        """The report comes to have these lines: its groups, then these figures, numbers as numbers."""
        seen: list[tuple[Any, ...]] = []

        async def is_so() -> bool:
            seen[:] = [
                (*(line[group] for group in by), *(_number(line[name]) for name in figures.split()))
                for line in await self.read(kind, by=by, **query)
            ]
            return seen == expected

        try:
            await eventually(is_so, within_s=15)
        except AssertionError:
            assert seen == expected


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def charged(
    session_id: str,
    *,
    station: str = "BER-1",
    began_at: datetime = MONDAY,
    minutes: int = 60,
    paused_minutes: int = 0,
    wh: int = 10_000,
    net: str = "4.20",
    vat_percent: int = 19,
    tariff: str = "standard",
) -> ChargingSessionCompleted:
    amount = Decimal(net)
    gross = round(amount * (100 + vat_percent) / 100, 2)
    line = PriceLine("FLAT", Decimal(1), "1", amount, amount, Decimal(vat_percent), gross, 0, is_vat_named=True)
    return ChargingSessionCompleted(
        session_id=session_id,
        station_id=StationId(station),
        evse=1,
        transaction_id=TransactionId(session_id),
        driver_id=DriverId("driver-1"),
        started_at=began_at,
        intent_id=None,
        ended_at=began_at + timedelta(minutes=minutes),
        energy_wh=Decimal(wh),
        tariff_id=tariff,
        tariff_version=1,
        currency="EUR",
        lines=(line,),
        total_excl_vat=amount,
        total_incl_vat=gross,
        stopped_reason="Local",
        paused_s=Decimal(60 * paused_minutes),
    )


def parked(session_id: str, *, began_at: datetime = MONDAY, minutes: int = 60) -> ParkingSessionCompleted:
    return ParkingSessionCompleted(
        session_id=session_id,
        bay_id="P1",
        location_id="berlin",
        driver_id=DriverId("driver-1"),
        started_at=began_at,
        ended_at=began_at + timedelta(minutes=minutes),
        tariff_id="parking",
        tariff_version=1,
        currency="EUR",
        lines=(),
        total_excl_vat=Decimal(0),
        total_incl_vat=Decimal(0),
    )


@asynccontextmanager
async def open_desk(
    database_url: str, nats_url: str, *, services: Sequence[Service] = (), **environ: str
) -> AsyncIterator[Desk]:
    settings = {"REPORTING_REFRESH_EVERY_S": "0.1", "REPORTING_SCHEDULES_EVERY_S": "0.1", **environ}
    async with open_place(
        [SERVICE, *services], database_url=database_url, nats_url=nats_url, environ=settings
    ) as place:
        answerers = (Answerer(DESCRIBE_EVSE, _describe), Answerer(DESCRIBE_PLACE, _describe_place))
        tasks = [asyncio.create_task(place.bus.serve(answerer)) for answerer in answerers]
        try:
            yield Desk(place)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def host_of(place: HttpPlace, *sites: str, subject: str = "host-1") -> dict[str, str]:
    return place.headers_of(Role.SITE_HOST, subject=subject, sites=frozenset(sites))
