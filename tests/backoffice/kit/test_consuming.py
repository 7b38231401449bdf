"""Events reach a service's tables once in effect, whatever is delivered, refused or restarted."""

from sqlalchemy import text

from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionStarted
from protocol.bus.subjects import Stream
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, TransactionId
from tests.backoffice.kit.sample_service.app import Sample
from tests.factories.places import HttpPlace


async def counts(sample: Sample) -> dict[str, int]:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        rows = await unit.session.execute(text("SELECT station_id, starts FROM start_counts"))
        return {row.station_id: row.starts for row in rows}


def started(number: int = 1) -> TransactionStarted:
    return TransactionStarted(transaction_id=TransactionId(str(number)), evse=1)


async def test_fact_is_applied_and_its_event_published(place: HttpPlace, sample: Sample) -> None:
    await place.publish_fact(started(), station=StationId("CP001"))

    async def domain_events() -> int:
        return int((await place.bus.jetstream.stream_info(Stream.DOMAIN)).state.messages)

    assert await eventually(domain_events) == 1
    assert await counts(sample) == {"CP001": 1}
