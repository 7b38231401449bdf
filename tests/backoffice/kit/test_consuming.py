"""Events reach a service's tables once in effect, whatever is delivered, refused or restarted."""

import asyncio
from collections.abc import Iterable, Sequence

import pytest
from sqlalchemy import Integer, Row, Text, column as sql_column, table, text, update

from backoffice.kit.consumer import Consumer, Delivery
from backoffice.kit.consumer_runner import ConsumerRunner, rest_after
from backoffice.kit.database import ALL_TENANTS
from backoffice.kit.errors import BusUnavailable, Conflict, Unavailable
from backoffice.kit.telemetry import EVENTS_CONSUMED
from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from protocol.blocks.availability.events import ConnectorStatusReported, StationDisconnected
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionStarted
from protocol.bus.envelope import event_id
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, TenantId, TransactionId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.kit.conftest import OpenSample
from tests.backoffice.kit.sample_service.app import Sample
from tests.factories.places import HttpPlace

CP001 = StationId("CP001")
CP002 = StationId("CP002")


async def rows_of(sample: Sample, query: str) -> Sequence[Row[tuple[object, ...]]]:
    async with sample.database.transaction(ALL_TENANTS) as unit:
        return (await unit.session.execute(text(query))).all()


async def counts(sample: Sample) -> dict[str, int]:
    rows = await rows_of(sample, "SELECT station_id, starts FROM start_counts")
    return {str(row.station_id): int(row.starts) for row in rows}


async def count_becomes(sample: Sample, station: StationId, starts: int) -> None:
    async def condition() -> bool:
        return (await counts(sample)).get(station) == starts

    await eventually(condition, what=f"{starts} starts of {station}")


def started(number: int = 1) -> TransactionStarted:
    return TransactionStarted(transaction_id=TransactionId(str(number)), evse=1)


async def test_event_delivered_twice_is_applied_once(place: HttpPlace, sample: Sample) -> None:
    same = event_id("default", "CP001", "1")

    await place.publish_fact(started(), station=CP001, event_id=same, digest="a")
    await place.publish_fact(started(), station=CP001, event_id=same, digest="a")
    await place.publish_fact(started(), station=CP002)

    await count_becomes(sample, CP002, 1)
    assert await counts(sample) == {"CP001": 1, "CP002": 1}


async def test_same_event_id_with_another_payload_is_kept_and_flagged(place: HttpPlace, sample: Sample) -> None:
    same = event_id("default", "CP001", "1")

    await place.publish_fact(started(1), station=CP001, event_id=same, digest="a")
    await place.publish_fact(started(2), station=CP001, event_id=same, digest="b")
    await place.publish_fact(started(), station=CP002)

    await count_becomes(sample, CP002, 1)
    assert sample.conflicting == [same]
    assert (await counts(sample))["CP001"] == 1


async def test_cursor_alone_skips_what_was_committed_and_never_acknowledged(
    sample: Sample, open_sample: OpenSample
) -> None:
    async with open_sample(sample) as place:
        for number in range(5):
            await place.publish_fact(started(number), station=CP001)
        await count_becomes(sample, CP001, 5)
        await rows_of(sample, "DELETE FROM inbox RETURNING event_id")
        # What a crash between commit and acknowledgement leaves: a server that would deliver everything again.
        await place.bus.jetstream.delete_consumer("FACTS", "sample-FACTS")

    again = Sample()
    async with open_sample(again) as place:
        await place.publish_fact(started(), station=CP002)
        await count_becomes(again, CP002, 1)

        assert await counts(again) == {"CP001": 5, "CP002": 1}


async def test_refused_event_is_a_dead_letter_and_the_next_goes_on(place: HttpPlace, sample: Sample) -> None:
    async def refuse_first(event: TransactionStarted, delivery: Delivery) -> None:
        if event.transaction_id == "1":
            raise Conflict("Not this one.")

    sample.on_start = refuse_first

    await place.publish_fact(started(1), station=CP001)
    await place.publish_fact(started(2), station=CP001)

    await count_becomes(sample, CP001, 1)
    [letter] = await rows_of(sample, "SELECT tenant_id, subject, reason FROM dead_letters")
    assert letter == ("default", "CP001", "Conflict: Not this one.")


@pytest.mark.parametrize(("column", "value"), [("starts", 2**40), ("starts", 2**70), ("station_id", "a\0b")])
async def test_event_with_a_value_that_no_column_takes_is_a_dead_letter_and_parks_nothing(
    place: HttpPlace, sample: Sample, column: str, value: object
) -> None:
    tries: list[str] = []

    async def store_first(event: TransactionStarted, delivery: Delivery) -> None:
        if event.transaction_id == "1":
            tries.append(delivery.envelope.id)
            async with sample.database.transaction(ALL_TENANTS) as unit:
                counts = table("start_counts", sql_column("starts", Integer), sql_column("station_id", Text))
                await unit.session.execute(update(counts).values({column: value}))

    sample.on_start = store_first
    await place.publish_fact(started(1), station=CP001)
    await place.publish_fact(started(2), station=CP001)

    await count_becomes(sample, CP001, 1)
    assert len(tries) <= 2  # once by itself, and before perhaps with others
    assert await rows_of(sample, "SELECT 1 FROM parked_events") == []
    [letter] = await rows_of(sample, "SELECT subject, reason FROM dead_letters")
    assert letter.subject == CP001
    assert "UPDATE" not in letter.reason


async def test_what_is_no_event_is_a_dead_letter_and_an_unknown_type_passes(place: HttpPlace, sample: Sample) -> None:
    subjects = [f"ev.v1.default.station.0.{h2}.CP001.transactions.started" for h2 in "abc"]
    attributes = b'"id":"1","source":"s","type":"ev.v9","time":"2026-01-01T00:00:00Z","tenant":"default"'
    unknown = b"{" + attributes + b',"subject":"CP001","data":{}}'
    nobodys = unknown.replace(b'"tenant":"default"', b'"tenant":"*"')

    await place.bus.publish(subjects[0], b"not json", message_id="a")
    await place.bus.publish(subjects[1], unknown, message_id="b")
    await place.bus.publish(subjects[2], nobodys, message_id="c")
    await place.publish_fact(started(), station=CP001)

    await count_becomes(sample, CP001, 1)
    letters = await rows_of(sample, "SELECT subject, reason FROM dead_letters ORDER BY stream_seq")
    assert [letter.subject for letter in letters] == [subjects[0], subjects[2]]


async def test_events_of_a_type_come_in_runs_and_what_is_not_wanted_passes(place: HttpPlace, sample: Sample) -> None:
    status = ConnectorStatusReported(ConnectorStatus.AVAILABLE, evse=1)
    unwanted = ConnectorStatusReported(ConnectorStatus.AVAILABLE)
    await place.publish_fact(started(), station=CP002)
    await count_becomes(sample, CP002, 1)
    holding = asyncio.Event()

    async def hold(*_: object) -> None:
        await holding.wait()

    sample.on_start = hold  # the first of a batch waits, and the rest gathers behind it
    await place.publish_fact(started(2), station=CP002)
    for name in ("A", "B"):
        await place.publish_fact(status, station=StationId(name))
    await place.publish_fact(unwanted, station=StationId("C"))
    same = event_id("default", "D", "1")
    for _ in range(2):
        await place.publish_fact(status, station=StationId("D"), event_id=same, digest="a")
    await place.publish_fact(status, station=StationId("E"), tenant=TenantId("other"))
    await place.publish_fact(started(3), station=CP001)
    await place.publish_fact(status, station=StationId("F"))
    await asyncio.sleep(0.5)
    holding.set()

    async def noted() -> bool:
        return len(await rows_of(sample, "SELECT event_id FROM inbox")) == 8  # none for what passed

    await eventually(noted)
    assert [one for run in sample.runs for one in run] == ["A", "B", "D", "E", "F"]
    assert ["E"] in sample.runs  # another tenant's
    assert ["F"] in sample.runs  # behind an event of another type
    assert len(sample.runs) < 5


async def test_what_only_passes_moves_no_cursor_and_the_next_that_counts_does(place: HttpPlace, sample: Sample) -> None:
    async def position() -> int:
        [row] = await rows_of(sample, "SELECT stream_seq FROM cursors WHERE partition = 'FACTS'")
        return int(row.stream_seq)

    await place.publish_fact(started(), station=CP001)
    await count_becomes(sample, CP001, 1)
    before = await position()
    passed = EVENTS_CONSUMED.labels("sample", Kind.STATION, "passed")
    counted = passed._value.get()
    for _ in range(3):
        await place.publish_fact(ConnectorStatusReported(ConnectorStatus.AVAILABLE), station=CP001)

    async def all_passed() -> bool:
        return bool(passed._value.get() == counted + 3)

    await eventually(all_passed)
    assert await position() == before
    await place.publish_fact(started(2), station=CP001)
    await count_becomes(sample, CP001, 2)
    assert await position() == before + 4


async def test_event_that_keeps_failing_parks_its_station_until_released(place: HttpPlace, sample: Sample) -> None:
    seen: list[str] = []

    async def fail_first(event: TransactionStarted, delivery: Delivery) -> None:
        if event.transaction_id == "1" and delivery.envelope.subject == CP001:
            seen.append("failed")
            raise RuntimeError("a bug of ours")

    async def record(event: TransactionStarted, delivery: Delivery) -> None:
        seen.append(event.transaction_id)

    sample.on_start = fail_first
    for number in (1, 2, 3):
        await place.publish_fact(started(number), station=CP001)
    await place.publish_fact(started(1), station=CP002)
    await count_becomes(sample, CP002, 1)

    assert len(seen) in (10, 11)  # ten times by itself, and before perhaps with others
    assert set(seen) == {"failed"}
    assert await counts(sample) == {"CP002": 1}
    parked = await rows_of(sample, "SELECT subject, reason FROM parked_events ORDER BY stream_seq")
    assert [row.subject for row in parked] == [CP001] * 3
    assert parked[0].reason == "RuntimeError: a bug of ours"

    seen.clear()
    sample.on_start = record
    assert await release(place, sample, CP001) == 3
    assert seen == ["1", "2", "3"]
    assert await counts(sample) == {"CP001": 3, "CP002": 1}
    assert await rows_of(sample, "SELECT 1 FROM parked_events") == []
    # Somebody else has released them: whoever reads finds that out.
    await place.publish_fact(started(4), station=CP001)
    await count_becomes(sample, CP001, 4)


async def test_release_stops_at_the_first_event_that_still_fails(place: HttpPlace, sample: Sample) -> None:
    async def fail_second(event: TransactionStarted, delivery: Delivery) -> None:
        if event.transaction_id != "0":
            raise RuntimeError("a bug of ours")

    sample.on_start = fail_second
    for number in (1, 0, 2):
        await place.publish_fact(started(number), station=CP001)

    async def all_parked() -> bool:
        return len(await rows_of(sample, "SELECT 1 FROM parked_events")) == 3

    await eventually(all_parked)
    assert await release(place, sample, CP001) == 0
    assert await all_parked()


async def test_event_waits_while_a_part_is_silent_and_nothing_overtakes(place: HttpPlace, sample: Sample) -> None:
    order: list[str] = []

    async def stay_silent(event: TransactionStarted, delivery: Delivery) -> None:
        order.append(event.transaction_id)
        if event.transaction_id == "1":
            raise Unavailable("The tariffs are silent.")

    sample.on_start = stay_silent
    await place.publish_fact(started(1), station=CP001)
    await place.publish_fact(started(2), station=CP001)

    async def tried_often() -> bool:
        return order.count("1") >= 5

    await eventually(tried_often)
    assert "2" not in order
    assert await rows_of(sample, "SELECT 1 FROM parked_events") == []


async def test_tenants_with_the_same_station_id_do_not_meet(place: HttpPlace, sample: Sample) -> None:
    other = TenantId("other")

    await place.publish_fact(started(), station=CP001)
    await place.publish_fact(started(), station=CP001, tenant=other)
    await place.publish_fact(started(), station=CP001, tenant=other)
    await place.publish_fact(started(), station=CP002)

    await count_becomes(sample, CP002, 1)
    rows = await rows_of(sample, "SELECT tenant_id, starts FROM start_counts WHERE station_id = 'CP001' ORDER BY 1")
    assert [tuple(row) for row in rows] == [("default", 1), ("other", 2)]


async def test_two_instances_share_a_stream_without_doubling(sample: Sample, open_sample: OpenSample) -> None:
    standby = Sample()
    async with open_sample(sample) as place, open_sample(standby):
        for number in range(50):
            await place.publish_fact(started(number), station=CP001)

        await count_becomes(sample, CP001, 50)


async def test_standby_takes_over_where_the_leader_stopped(sample: Sample, open_sample: OpenSample) -> None:
    standby = Sample()
    async with open_sample(standby) as remaining:
        async with open_sample(sample) as place:
            await place.publish_fact(started(1), station=CP001)
            await count_becomes(sample, CP001, 1)
        await remaining.publish_fact(started(2), station=CP001)

        await count_becomes(standby, CP001, 2)


@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_while_servers_restart(
    place: HttpPlace, sample: Sample, servers: EmbeddedServers
) -> None:
    async with asyncio.TaskGroup() as group:
        await servers.nats.kill()
        group.create_task(publish_all(place, range(100)))
        await servers.nats.start()
        await count_reaches(sample, 10)
        await servers.postgres.kill()
        group.create_task(publish_all(place, range(100, 200)))
        await servers.postgres.start()
        await servers.nats.kill()
        await servers.nats.start()

    await count_becomes(sample, CP001, 200)
    assert await rows_of(sample, "SELECT 1 FROM dead_letters UNION ALL SELECT 1 FROM parked_events") == []


async def test_readings_of_several_tenants_are_applied_and_what_is_wrong_is_kept_for_its_own(
    place: HttpPlace, sample: Sample
) -> None:
    other = TenantId("other")
    await place.publish_fact(MeterValuesReported(meter_values=(), evse=1), station=CP001)
    await place.publish_fact(MeterValuesReported(meter_values=(), evse=13), station=CP001, tenant=other)
    await place.publish_fact(MeterValuesReported(meter_values=(), evse=2), station=CP001)
    await place.publish_fact(MeterValuesReported(meter_values=(), evse=13), station=CP002, tenant=other)

    async def applied() -> bool:
        return sum(sample.batches) == 2 and len(await rows_of(sample, "SELECT 1 FROM dead_letters")) == 2

    await eventually(applied)
    letters = await rows_of(sample, "SELECT DISTINCT tenant_id, reason FROM dead_letters")
    assert [tuple(letter) for letter in letters] == [("other", "ValueError: unlucky")]


async def test_what_a_former_owner_has_committed_meanwhile_is_not_applied_again(
    place: HttpPlace, sample: Sample
) -> None:
    async def position() -> int:
        [row] = await rows_of(sample, "SELECT stream_seq FROM cursors WHERE partition = 'FACTS'")
        return int(row.stream_seq)

    await place.publish_fact(started(1), station=CP001)
    await count_becomes(sample, CP001, 1)
    before = await position()
    async with sample.database.transaction(ALL_TENANTS) as unit:
        await unit.session.execute(text("UPDATE cursors SET stream_seq = stream_seq + 2 WHERE partition = 'FACTS'"))
    for number in (2, 3, 4):  # a batch each
        await place.publish_fact(started(number), station=CP001)
        await asyncio.sleep(0.2)

    await count_becomes(sample, CP001, 2)
    assert await position() == before + 3
    assert (await rows_of(sample, "SELECT count(*) AS seen FROM inbox"))[0].seen == 2


async def test_readings_are_applied_by_batch_and_a_bad_one_is_a_dead_letter_alone(
    place: HttpPlace, sample: Sample
) -> None:
    for evse in (1, 13, 2):
        await place.publish_fact(MeterValuesReported(meter_values=(), evse=evse), station=CP001)
    await place.publish_fact(StationDisconnected(node="a", reason="gone"), station=CP001)

    async def applied() -> bool:
        return sum(sample.batches) == 2

    await eventually(applied)
    [letter] = await rows_of(sample, "SELECT reason FROM dead_letters")
    assert letter.reason == "ValueError: unlucky"


@pytest.mark.parametrize(
    ("gives_way", "waiting", "took_s", "rest_s"),
    [
        (False, 0, 2.0, 0.5),
        (False, 1, 2.0, 0.0),
        (True, 0, 2.0, 0.5),
        (True, 1, 2.0, 2.0),
        (True, 1, 60.0, 5.0),
        (True, 10_000, 2.0, 0.0),
    ],
)
def test_who_gives_way_rests_where_more_wait_and_never_far_behind(
    gives_way: bool, waiting: int, took_s: float, rest_s: float
) -> None:
    consumer = Consumer(Kind.DOMAIN, {}, rest_s=0.5, gives_way=gives_way)

    assert rest_after(consumer, waiting=waiting, took_s=took_s) == rest_s


async def count_reaches(sample: Sample, starts: int) -> None:
    async def condition() -> bool:
        return (await counts(sample)).get(CP001, 0) >= starts

    await eventually(condition, within_s=20, what=f"at least {starts} starts")


async def publish_all(place: HttpPlace, numbers: Iterable[int]) -> None:
    for number in numbers:
        await publish_until_acknowledged(place, number)


async def publish_until_acknowledged(place: HttpPlace, number: int) -> None:
    """As the gateway does: again until the stream has it, under one id."""

    async def published() -> bool:
        try:
            same = event_id("default", "CP001", str(number))
            await place.publish_fact(started(number), station=CP001, event_id=same, digest="a")
        except BusUnavailable:
            return False
        return True

    await eventually(published, within_s=20)


async def release(place: HttpPlace, sample: Sample, station: StationId) -> int:
    [consumer] = [part for part in sample.consumers() if isinstance(part, Consumer)]
    runner = ConsumerRunner(
        consumer, h1="*", database=sample.database, bus=place.bus, catalogue=place.catalogue, clock=place.clock
    )
    return await runner.release(DEFAULT_TENANT, station)
