"""Who changed what is written with the change, cannot be changed, and goes with its person and its time."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backoffice.kit.acting import Actor, acting
from backoffice.kit.audit import AUDIT_PAGE, ERASE_PERSON, AskAuditPage, AuditPage, ErasePerson, prune_audit
from backoffice.kit.auth import Role
from backoffice.kit.clock import utc_now
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.kit.sample_service.app import Sample
from tests.backoffice.kit.test_consuming import CP001, count_becomes, started
from tests.factories.places import HttpPlace


async def count_as_driver(place: HttpPlace, station: str, key: str) -> None:
    headers = {**place.headers_of(Role.DRIVER, subject="driver-7"), "Idempotency-Key": key}
    answer = await place.http.post("/api/v1/sample/counts", json={"station_id": station}, headers=headers)
    assert answer.status_code == 200, answer.text


async def read(place: HttpPlace, tenant: TenantId = DEFAULT_TENANT, limit: int = 10) -> AuditPage:
    return await place.bus.ask(AUDIT_PAGE.of("sample"), AskAuditPage(tenant, limit))


async def test_change_by_request_names_who_and_what_before_and_after(place: HttpPlace) -> None:
    await count_as_driver(place, "CP1", "key-number-1")
    await count_as_driver(place, "CP1", "key-number-2")

    changed, made = (await read(place)).entries

    assert (made.action, made.who, made.table, made.key) == ("insert", "driver:driver-7", "start_counts", "CP1")
    assert len(made.request_id) == 32
    assert (bytes(made.before), bytes(changed.before)) == (b"null", b'{"starts": 1}')
    assert bytes(changed.after) == b'{"starts": 2}'
    assert (await read(place, TenantId("other"))).entries == ()


async def test_event_makes_no_entry(place: HttpPlace, sample: Sample) -> None:
    await place.publish_fact(started(), station=CP001)
    await count_becomes(sample, CP001, 1)
    await count_as_driver(place, "later", "key-number-1")

    assert [entry.key for entry in (await read(place)).entries] == ["later"]


async def test_entry_cannot_be_changed_or_removed(place: HttpPlace, sample: Sample) -> None:
    await count_as_driver(place, "CP1", "key-number-1")

    for statement in ("UPDATE audit_log SET who = 'nobody'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with sample.database.transaction(DEFAULT_TENANT) as unit:
                await unit.session.execute(text(statement))

    assert len((await read(place)).entries) == 1


async def test_note_of_who_acts_is_kept_and_gone_with_the_transaction(place: HttpPlace, sample: Sample) -> None:
    with acting(Actor("admin:olga", "request-1", "it was wrong")):
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            await sample.count(unit, "CP1")
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await sample.count(unit, "CP1")

    (entry,) = (await read(place)).entries
    assert (entry.who, entry.request_id, entry.note) == ("admin:olga", "request-1", "it was wrong")


async def test_what_is_about_a_person_is_erased_with_them(place: HttpPlace) -> None:
    await count_as_driver(place, "CP1", "key-number-1")

    erased = await place.bus.ask(ERASE_PERSON.of("sample"), ErasePerson(DEFAULT_TENANT, "driver-7"))
    again = await place.bus.ask(ERASE_PERSON.of("sample"), ErasePerson(DEFAULT_TENANT, "driver-7"))

    (entry,) = (await read(place)).entries
    assert (erased.entries, again.entries) == (1, 0)
    assert (entry.is_erased, bytes(entry.after)) == (True, b"null")
    assert "driver-7" not in f"{entry.who} {entry.key} {entry.note}"


async def test_old_entries_go(place: HttpPlace, sample: Sample) -> None:
    await count_as_driver(place, "CP1", "key-number-1")
    day = timedelta(days=1)

    assert await prune_audit(sample.database, utc_now(), kept=day) == 0
    assert await prune_audit(sample.database, utc_now() + 2 * day, kept=day) == 1


async def test_page_says_that_there_is_more(place: HttpPlace) -> None:
    for number in range(3):
        await count_as_driver(place, f"CP{number}", f"key-number-{number}")

    page = await read(place, limit=2)
    question = AskAuditPage(DEFAULT_TENANT, 2, before=page.entries[-1].position)
    rest = await place.bus.ask(AUDIT_PAGE.of("sample"), question)

    assert [entry.key for entry in (*page.entries, *rest.entries)] == ["CP2", "CP1", "CP0"]
    assert (page.has_more, rest.has_more) == (True, False)
