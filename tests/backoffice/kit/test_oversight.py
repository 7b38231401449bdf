"""What a service could not apply is listed, shown, applied again or dropped, by question; and so is its health."""

import asyncio
import time
from itertools import pairwise

import pytest

from backoffice.kit.audit import AUDIT_PAGE, AskAuditPage
from backoffice.kit.consumer import Delivery
from backoffice.kit.errors import Conflict, PeerFailed
from backoffice.kit.oversight_questions import (
    DEAD_LETTER,
    DEAD_LETTERS,
    HEALTH,
    PARKED,
    RELEASE_PARKED,
    REPLAY_DEAD_LETTER,
    AskDeadLetter,
    AskDeadLetters,
    AskHealth,
    AskParked,
    ReleaseParked,
    ReplayDeadLetter,
    SetAside,
)
from backoffice.kit.service import Worker
from backoffice.kit.testing import eventually
from backoffice.kit.workers import Bell, repeat
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionStarted
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.kit.sample_service.app import Sample, accept
from tests.backoffice.kit.test_consuming import CP001, counts, started
from tests.factories.places import HttpPlace

OURS = (DEFAULT_TENANT,)


async def refuse(event: TransactionStarted, delivery: Delivery) -> None:
    raise Conflict("not that one")


async def fail(event: TransactionStarted, delivery: Delivery) -> None:
    raise RuntimeError("a bug of ours")


async def dead_letters(place: HttpPlace, *tenants: TenantId) -> tuple[SetAside, ...]:
    return (await place.bus.ask(DEAD_LETTERS.of("sample"), AskDeadLetters(tenants or OURS, 10))).items


async def replay(place: HttpPlace, letter: SetAside, *, is_dropped: bool = False) -> str:
    question = ReplayDeadLetter(
        OURS, letter.partition, letter.stream_seq, "admin:olga", "request-1", "the cause is gone", is_dropped
    )
    return (await place.bus.ask(REPLAY_DEAD_LETTER.of("sample"), question)).failure


async def buried(place: HttpPlace, sample: Sample) -> SetAside:
    sample.on_start = refuse
    await place.publish_fact(started(), station=CP001)
    (letter,) = await eventually(lambda: dead_letters(place))
    return letter


async def test_dead_letter_is_shown_with_its_reason_and_its_event(place: HttpPlace, sample: Sample) -> None:
    letter = await buried(place, sample)

    shown = await place.bus.ask(DEAD_LETTER.of("sample"), AskDeadLetter(OURS, letter.partition, letter.stream_seq))

    assert (letter.subject, letter.reason) == (CP001, "Conflict: not that one")
    assert '"transaction_id":"1"' in shown.payload
    assert await dead_letters(place, TenantId("other")) == ()


async def test_dead_letter_is_applied_once_its_cause_is_gone(place: HttpPlace, sample: Sample) -> None:
    letter = await buried(place, sample)

    assert await replay(place, letter) == "Conflict: not that one"
    assert len(await dead_letters(place)) == 1
    sample.on_start = accept
    assert await replay(place, letter) == ""

    assert await dead_letters(place) == ()
    assert await counts(sample) == {"CP001": 1}
    with pytest.raises(PeerFailed, match="no dead letter"):
        await replay(place, letter)


async def test_dropping_a_dead_letter_is_audited_with_the_reason(place: HttpPlace, sample: Sample) -> None:
    letter = await buried(place, sample)

    assert await replay(place, letter, is_dropped=True) == ""

    (entry,) = (await place.bus.ask(AUDIT_PAGE.of("sample"), AskAuditPage(DEFAULT_TENANT, 10))).entries
    assert await counts(sample) == {}
    assert (entry.table, entry.action, entry.who, entry.note) == (
        "dead_letters",
        "delete",
        "admin:olga",
        "the cause is gone",
    )
    assert b"not that one" in bytes(entry.before)
    assert entry.hidden == ("payload",)


async def test_reading_that_was_refused_is_applied_again(place: HttpPlace, sample: Sample) -> None:
    await place.publish_fact(MeterValuesReported(evse=13, meter_values=()), station=CP001)
    (letter,) = await eventually(lambda: dead_letters(place))

    assert await replay(place, letter) == "ValueError: unlucky"
    assert len(await dead_letters(place)) == 1


async def test_parked_events_are_listed_and_released(place: HttpPlace, sample: Sample) -> None:
    sample.on_start = fail
    await place.publish_fact(started(1), station=CP001)
    await place.publish_fact(started(2), station=CP001)

    async def two_wait() -> bool:
        parked = (await place.bus.ask(PARKED.of("sample"), AskParked(DEFAULT_TENANT, 10))).items
        return [(one.subject, one.events, one.reason) for one in parked] == [(CP001, 2, "RuntimeError: a bug of ours")]

    await eventually(two_wait)
    question = ReleaseParked(DEFAULT_TENANT, "FACTS", CP001, "admin:olga", "request-1", "fixed")
    still_failing = await place.bus.ask(RELEASE_PARKED.of("sample"), question)
    sample.on_start = accept
    released = await place.bus.ask(RELEASE_PARKED.of("sample"), question)

    assert (still_failing.applied, still_failing.waiting) == (0, 2)
    assert (released.applied, released.waiting) == (2, 0)
    assert await counts(sample) == {"CP001": 2}


async def test_health_tells_of_partitions_and_of_what_was_set_aside(place: HttpPlace, sample: Sample) -> None:
    await buried(place, sample)

    health = await place.bus.ask(HEALTH.of("sample"), AskHealth())

    facts = next(one for one in health.partitions if one.partition == "FACTS")
    assert (health.service, health.revision, health.outbox_waiting) == ("sample", "0002", 0)
    assert (facts.stream, facts.applied_seq, facts.dead_letters, facts.parked_events) == ("FACTS", 1, 1, 0)


async def test_worker_that_follows_events_runs_after_them_and_seldom_besides(place: HttpPlace, sample: Sample) -> None:
    runs: list[float] = []
    bell = Bell()

    async def work() -> None:
        runs.append(time.monotonic())
        if len(runs) == 2:
            bell.ring()  # while it runs: it may not have seen what was applied

    async def has_run(times: int) -> None:
        async def has() -> bool:
            return len(runs) >= times

        await eventually(has)

    worker = Worker("trial", work, every_s=60, after_events_s=0.05)
    task = asyncio.create_task(repeat(worker, sample.database, bell, clock=place.clock))
    await has_run(1)
    await asyncio.sleep(0.3)
    assert len(runs) == 1
    bell.ring()
    await has_run(3)
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.wait([task])

    assert len(runs) == 3
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(runs))


async def test_worker_that_fails_is_known_until_it_works_again(place: HttpPlace, sample: Sample) -> None:
    runs: list[str] = []

    async def work() -> None:
        runs.append("run")
        if len(runs) < 3:
            raise ValueError("no luck")

    async def known() -> tuple[int, str, bool] | None:
        workers = (await place.bus.ask(HEALTH.of("sample"), AskHealth())).workers
        return next(
            ((one.failures, one.reason, one.recovered_at is not None) for one in workers if one.worker == "trial"), None
        )

    async def has_recovered() -> bool:
        return await known() == (2, "ValueError: no luck", True)

    async with asyncio.TaskGroup() as group:
        trial = Worker("trial", work, every_s=0.01)
        task = group.create_task(repeat(trial, sample.database, Bell(), clock=place.clock))
        await eventually(has_recovered)
        task.cancel()
