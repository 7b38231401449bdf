"""The audit log of a service: who changed what, before and after, read and kept within bounds.

A trigger writes it (`kit/alembic/operations.py`), in the transaction of the change and for persons alone. Invariants:
1. It only grows, but for what is older than its keeping time and what is erased with the person whom it is about.
2. Secrets are not in it: their columns are left out by name.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Select, Text, case, cast, delete, func, null, or_, select, text, tuple_, update

from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.questions import KitQuery
from backoffice.kit.tables import audit_log
from protocol.domain.identifiers import TenantId

# A page travels in one message of NATS, which takes a megabyte.
PAGE_BYTES = 300_000
_ALLOW_UPKEEP = text("SELECT set_config('app.audit_upkeep', 'on', true)")


ERASED = "erased"
"""Stands for a person whose account is gone."""


class AuditPosition(msgspec.Struct, frozen=True, order=True):
    """A place in the order of all services' entries; the newest is the largest."""

    at: datetime
    service: str
    position: int


class AskAuditPage(msgspec.Struct, frozen=True):
    """Which changes were there, the newest first, from `since` on and before `until`, and `before` a place?

    `who` is `role:subject`, `table` and `key` name a row, `request_id` a request.
    """

    tenant: TenantId
    limit: int
    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    table: str | None = None
    key: str | None = None
    request_id: str | None = None
    before: AuditPosition | None = None


class AuditEntry(msgspec.Struct, frozen=True):
    """One row that was changed. `before` and `after` are JSON: of an update, the columns that differ.

    `hidden` names columns that changed and are not shown. `is_erased`: what was shown was about a person who is gone.
    """

    position: AuditPosition
    who: str
    request_id: str
    note: str
    table: str
    key: str
    action: str
    before: msgspec.Raw
    after: msgspec.Raw
    hidden: tuple[str, ...] = ()
    is_erased: bool = False


class AuditPage(msgspec.Struct, frozen=True):
    """The entries; `has_more`: older ones are there."""

    entries: tuple[AuditEntry, ...]
    has_more: bool


class ErasePerson(msgspec.Struct, frozen=True):
    """A person's account is deleted: nothing of them may be read in the audit log."""

    tenant: TenantId
    person: str


class PersonErased(msgspec.Struct, frozen=True):
    """How many entries were about them, or made by them."""

    entries: int


AUDIT_PAGE = KitQuery("audit_page", AskAuditPage, AuditPage)
ERASE_PERSON = KitQuery("erase_person", ErasePerson, PersonErased)


async def read_page(unit: Unit, question: AskAuditPage, *, service: str) -> AuditPage:
    """The service's part of a page: at most `limit` entries and PAGE_BYTES, one at least where there is one."""
    rows = (await unit.session.execute(_page(question, service=service))).all()
    entries: list[AuditEntry] = []
    size = 0
    for row in rows[: question.limit]:
        size += len(row.before) + len(row.after)
        if entries and size > PAGE_BYTES:
            break
        entries.append(
            AuditEntry(
                AuditPosition(row.at, service, row.position),
                who=row.who,
                request_id=row.request_id,
                note=row.note,
                table=row.table_name,
                key=row.row_key,
                action=row.action,
                before=msgspec.Raw(row.before.encode()),
                after=msgspec.Raw(row.after.encode()),
                hidden=tuple(row.hidden),
                is_erased=row.erased_at is not None,
            )
        )
    return AuditPage(tuple(entries), has_more=len(entries) < len(rows))


async def erase_person(unit: Unit, person: str, *, now: datetime) -> int:
    """What entries about the person, or of their own changes, said is gone, and their id: that there was one stays.

    Returns how many entries there were. Whoever deletes a person's account owes this in every service.
    """
    await unit.session.execute(_ALLOW_UPKEEP)
    erased = await unit.session.execute(
        update(audit_log)
        .where(
            audit_log.c.tenant_id == unit.tenant,
            or_(audit_log.c.person == person, audit_log.c.who == f"driver:{person}"),
            audit_log.c.erased_at.is_(None),
        )
        .values(
            before=null(),
            after=null(),
            person=case((audit_log.c.person == person, ERASED), else_=audit_log.c.person),
            who=func.replace(audit_log.c.who, person, ERASED),
            row_key=func.replace(audit_log.c.row_key, person, ERASED),
            erased_at=now,
        )
        .returning(audit_log.c.position)
    )
    return len(erased.all())


async def prune_audit(database: Database, now: datetime, *, kept: timedelta) -> int:
    """Entries older than `kept` are gone; returns how many were."""
    async with database.transaction(ALL_TENANTS) as unit:
        await unit.session.execute(_ALLOW_UPKEEP)
        pruned = await unit.session.execute(
            delete(audit_log).where(audit_log.c.at < now - kept).returning(audit_log.c.position)
        )
        return len(pruned.all())


def _page(question: AskAuditPage, *, service: str) -> Select[tuple[object, ...]]:
    log = audit_log.c
    wanted = {log.who: question.who, log.table_name: question.table, log.row_key: question.key}
    wanted[log.request_id] = question.request_id
    conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value is not None]
    if question.since is not None:
        conditions.append(log.at >= question.since)
    if question.until is not None:
        conditions.append(log.at < question.until)
    if question.before is not None:
        conditions.append(_older_than(question.before, service))
    shown = select(
        log.position,
        log.at,
        log.who,
        log.request_id,
        log.note,
        log.table_name,
        log.row_key,
        log.action,
        log.hidden,
        log.erased_at,
        _as_text(log.before).label("before"),
        _as_text(log.after).label("after"),
    )
    return (
        shown.where(log.tenant_id == question.tenant, *conditions)
        .order_by(log.at.desc(), log.position.desc())
        .limit(question.limit + 1)
    )


def _as_text(column: ColumnElement[object]) -> ColumnElement[str]:
    """The JSON as text, and JSON's null where there is nothing."""
    return func.coalesce(cast(column, Text), "null")


def _older_than(place: AuditPosition, service: str) -> ColumnElement[bool]:
    """Entries of `service` that come before `place` in the order of all services."""
    log = audit_log.c
    if service == place.service:
        return tuple_(log.at, log.position) < (place.at, place.position)
    return log.at <= place.at if service < place.service else log.at < place.at
