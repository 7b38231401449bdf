"""The sample service: handlers whose behaviour a test changes, and routes for each way to end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import text

from backoffice.contracts.query import Query
from backoffice.kit.auth import Driver
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import BatchConsumer, Consumer, Delivery
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import Conflict, OutcomeUnknown
from backoffice.kit.guards import StationsReader
from backoffice.kit.idempotency import IdempotencyKey, once
from backoffice.kit.service import Context, Parts, Service, provided
from backoffice.kit.settings import NoSettings
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionStarted
from protocol.bus.catalogue import STATION_EVENTS, EventRow
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import TenantId


class StartCounted(msgspec.Struct, frozen=True):
    station_id: str
    starts: int


class HowMany(msgspec.Struct, frozen=True):
    tenant: str
    station_id: str


class ThatMany(msgspec.Struct, frozen=True):
    starts: int


class CountRequest(BaseModel):
    station_id: str


class CountView(BaseModel):
    station_id: str
    starts: int


HOW_MANY = Query("sample", "how_many", HowMany, ThatMany)
SAMPLE_CATALOGUE = STATION_EVENTS.extended((EventRow(StartCounted, Kind.DOMAIN, "sample", "start_counted"),))

OnStart = Callable[[TransactionStarted, Delivery], Awaitable[None]]


async def accept(event: TransactionStarted, delivery: Delivery) -> None:
    return


class Sample:
    """Counts starts. `on_start` is what a test wants to happen besides."""

    def __init__(self) -> None:
        self.database: Database
        self.on_start: OnStart = accept
        self.conflicting: list[str] = []
        self.batches: list[int] = []
        self.runs: list[list[str]] = []

    def build(self, context: Context[NoSettings]) -> Parts:
        self.database = context.database
        self.clock = context.clock
        return Parts(
            routers=(router,),
            provides=(self,),
            consumers=self.consumers(),
            answers=(Answerer(HOW_MANY, self._how_many),),
        )

    def consumers(self) -> tuple[Consumer, BatchConsumer]:
        return (
            Consumer(
                Kind.STATION,
                {TransactionStarted: self._on_started},
                runs={ConnectorStatusReported: self._on_statuses},
                when={ConnectorStatusReported: lambda event: event.evse is not None},
            ),
            BatchConsumer(Kind.READING, (MeterValuesReported,), self._on_readings),
        )

    def service(self) -> Service:
        return Service(name="sample", package=Path(__file__).parent, settings=NoSettings, build=self.build)

    async def count(self, unit: Unit, station_id: str) -> int:
        counted = await unit.session.execute(
            text(
                "INSERT INTO start_counts VALUES (:tenant, :station, 1) ON CONFLICT (tenant_id, station_id)"
                " DO UPDATE SET starts = start_counts.starts + 1 RETURNING starts"
            ),
            {"tenant": unit.tenant, "station": station_id},
        )
        starts = counted.scalar_one()
        await unit.publish(StartCounted(station_id, starts), key=station_id, now=self.clock())
        return int(starts)

    async def _on_started(self, event: TransactionStarted, delivery: Delivery, unit: Unit) -> None:
        if delivery.is_conflicting:
            self.conflicting.append(delivery.envelope.id)
            return
        await self.count(unit, delivery.envelope.subject)
        await self.on_start(event, delivery)

    async def _on_statuses(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        assert {delivery.envelope.tenant for delivery in deliveries} == {unit.tenant}
        self.runs.append([delivery.envelope.subject for delivery in deliveries])

    async def _on_readings(self, deliveries: list[Delivery], unit: Unit) -> None:
        if any(delivery.event.evse == 13 for delivery in deliveries):
            raise ValueError("unlucky")
        for delivery in deliveries:
            await unit.act_for(TenantId(delivery.envelope.tenant))
        self.batches.append(len(deliveries))

    async def _how_many(self, question: HowMany) -> ThatMany:
        if question.station_id == "refused":
            raise Conflict("This one is not counted.")
        if question.station_id == "broken":
            raise KeyError(question.station_id)
        if question.station_id == "slow":
            await asyncio.sleep(30)
        return ThatMany(7)


router = APIRouter(prefix="/sample", tags=["sample"])
SampleDep = Annotated[Sample, Depends(provided(Sample))]


@router.post("/counts")
async def count(body: CountRequest, driver: Driver, sample: SampleDep, key: IdempotencyKey) -> CountView:
    async with sample.database.transaction(driver.tenant) as unit:

        async def act() -> CountView:
            return CountView(station_id=body.station_id, starts=await sample.count(unit, body.station_id))

        return await once(
            unit, scope=f"{driver.subject} count", key=key, request=body, now=sample.clock(), view=CountView, act=act
        )


@router.get("/refused")
async def refused(operator: StationsReader) -> None:
    raise Conflict("That is taken.")


@router.get("/unknown-outcome")
async def unknown_outcome() -> None:
    raise OutcomeUnknown("Nobody knows.")


@router.get("/broken")
async def broken() -> None:
    raise KeyError("secret-detail")


@router.get("/{station_id}/events", response_class=EventSourceResponse)
async def follow(station_id: str, driver: Driver, events: EventStreamDep) -> AsyncIterator[ServerSentEvent]:
    async for event in events.follow(tenant=driver.tenant, key=station_id, service="sample"):
        yield event
