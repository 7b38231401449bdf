"""Admin by REST: who changed what, what could not be applied, and the health of every part."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from backoffice.admin import repository
from backoffice.admin.errors import BadAuditFilter
from backoffice.admin.health_schemas import HealthView
from backoffice.admin.schemas import (
    AuditEntryView,
    AuditPageView,
    DeadLettersView,
    DeadLetterView,
    DeadLetterWithEvent,
    ParkedSubjectsView,
    ParkedView,
    QuarantinedView,
    ReasonBody,
    ReleaseBody,
    ReleasedView,
    ResolvedView,
)
from backoffice.admin.service import AuditOfAll, Overseer
from backoffice.kit.audit import AskAuditPage, AuditPosition
from backoffice.kit.guards import AuditReader, PlatformReader, PlatformWriter
from backoffice.kit.instants import Instant
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, decode_cursor, encode_cursor, page_of
from backoffice.kit.service import provided
from protocol.domain.identifiers import TenantId

router = APIRouter(prefix="/admin", tags=["admin"])
OverseerDep = Annotated[Overseer, Depends(provided(Overseer))]
OfService = Annotated[str | None, Query(description="Of this service alone.")]
AtMost = Annotated[int, Query(ge=1, le=200, description="Of each service at most.")]


class AuditFilter:
    """Which changes are asked for."""

    def __init__(self, service: str, conditions: Mapping[str, Any]) -> None:  # Any: members of AskAuditPage
        self.service = service
        self._conditions = conditions

    @classmethod
    async def asked(
        cls,
        who: Annotated[str | None, Query(description="`role:id` of who changed it, or `public`.")] = None,
        what: Annotated[str | None, Query(description="service, service.table or service.table/key")] = None,
        since: Annotated[Instant | None, Query(alias="from", description="Changed then or later.")] = None,
        until: Annotated[Instant | None, Query(alias="to", description="Changed before.")] = None,
        request_id: Annotated[str | None, Query(description="Of this request.")] = None,
    ) -> Self:
        """The one that a request asks for. Raises BadAuditFilter."""
        place, _, key = (what or "").partition("/")
        service, _, table = place.partition(".")
        if (key and not table) or (what is not None and not service):
            raise BadAuditFilter(what or "")
        found = {"who": who, "table": table or None, "key": key or None}
        return cls(service, {**found, "since": since, "until": until, "request_id": request_id})

    def question(self, tenant: TenantId, *, limit: int, cursor: str | None) -> AskAuditPage:
        """The page to ask for. Raises InvalidRequest for a cursor that is not ours."""
        before = None
        if cursor is not None:
            at, service, position = decode_cursor(cursor, parsers=(datetime.fromisoformat, str, int))
            assert isinstance(at, datetime)
            before = AuditPosition(at, str(service), int(str(position)))
        return AskAuditPage(tenant, limit, before=before, **self._conditions)


FilterDep = Annotated[AuditFilter, Depends(AuditFilter.asked)]


@router.get("/audit")
async def list_changes(
    admin: AuditReader,
    overseer: OverseerDep,
    wanted: FilterDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> AuditPageView:
    """Who changed what, before and after, in every service; the newest first."""
    question = wanted.question(admin.tenant, limit=limit, cursor=cursor)
    found = await overseer.audit(question, service=wanted.service or None)
    items = [AuditEntryView.of(entry) for entry in found.page.entries]
    return AuditPageView(items=items, next_cursor=_next_cursor(found), missing=list(found.silent))


@router.get("/audit.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_changes(
    admin: AuditReader,
    overseer: OverseerDep,
    wanted: FilterDep,
    limit: Limit = 500,
    cursor: After = None,
) -> Response:
    """The same page as a file. The header `X-Next-Cursor` names the next one, `X-Missing` who did not answer."""
    question = wanted.question(admin.tenant, limit=limit, cursor=cursor)
    found = await overseer.audit(question, service=wanted.service or None)
    headers = {"X-Missing": ",".join(found.silent)}
    if next_cursor := _next_cursor(found):
        headers["X-Next-Cursor"] = next_cursor
    return Response(_as_csv(found), media_type="text/csv", headers=headers)


@router.get("/dead-letters")
async def list_dead_letters(
    staff: PlatformReader, overseer: OverseerDep, service: OfService = None, limit: AtMost = 50
) -> DeadLettersView:
    """Events that were refused for good; the newest of each service."""
    answers = await overseer.dead_letters(staff, service=service, limit=limit)
    letters = [DeadLetterView.of(one) for answer in answers.by_service.values() for one in answer.items]
    return DeadLettersView(
        items=sorted(letters, key=lambda one: one.received_at, reverse=True),
        totals={name: answer.total for name, answer in answers.by_service.items()},
        missing=answers.silent,
    )


@router.get("/dead-letters/{service}/{partition}/{stream_seq}")
async def show_dead_letter(
    service: str, partition: str, stream_seq: int, staff: PlatformReader, overseer: OverseerDep
) -> DeadLetterWithEvent:
    """One of them, with its event."""
    return DeadLetterWithEvent.opened(await overseer.dead_letter(staff, service, partition, stream_seq))


@router.post("/dead-letters/{service}/{partition}/{stream_seq}/replay")
async def replay_dead_letter(
    service: str, partition: str, stream_seq: int, body: ReasonBody, staff: PlatformWriter, overseer: OverseerDep
) -> ResolvedView:
    """The event is applied now, and no dead letter any more; or it stays one, and the answer says why."""
    failure = await overseer.resolve(staff, service, partition, stream_seq, note=body.reason, is_dropped=False)
    return ResolvedView(is_resolved=not failure, failure=failure)


@router.post("/dead-letters/{service}/{partition}/{stream_seq}/drop")
async def drop_dead_letter(
    service: str, partition: str, stream_seq: int, body: ReasonBody, staff: PlatformWriter, overseer: OverseerDep
) -> ResolvedView:
    """The event is never applied, and gone."""
    await overseer.resolve(staff, service, partition, stream_seq, note=body.reason, is_dropped=True)
    return ResolvedView(is_resolved=True, failure="")


@router.get("/parked")
async def list_parked(
    staff: PlatformReader, overseer: OverseerDep, service: OfService = None, limit: AtMost = 50
) -> ParkedSubjectsView:
    """Whose events are kept aside, because an earlier one keeps failing."""
    answers = await overseer.parked(staff, service=service, limit=limit)
    subjects = [ParkedView.of(one) for answer in answers.by_service.values() for one in answer.items]
    return ParkedSubjectsView(
        items=sorted(subjects, key=lambda one: one.since),
        totals={name: answer.total for name, answer in answers.by_service.items()},
        missing=answers.silent,
    )


@router.post("/parked/release")
async def release_parked(body: ReleaseBody, staff: PlatformWriter, overseer: OverseerDep) -> ReleasedView:
    """The events of one subject are applied in order, up to one that still fails."""
    released = await overseer.release(staff, body.service, body.partition, body.subject, note=body.reason)
    return ReleasedView(applied=released.applied, waiting=released.waiting)


@router.get("/quarantine")
async def list_quarantined(
    staff: PlatformReader,
    overseer: OverseerDep,
    station_id: Annotated[str | None, Query(description="Of this station alone.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[QuarantinedView]:
    """Messages of stations that nothing could be made of; the newest first."""
    async with overseer.database.transaction(staff.tenant) as unit:
        rows = await repository.list_quarantined(unit, station_id=station_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=QuarantinedView.of, key=lambda row: (row.received_at, row.id))


@router.get("/health")
async def read_health(_: PlatformReader, overseer: OverseerDep) -> HealthView:
    """Every part of the platform, asked now."""
    return HealthView.of(await overseer.health())


def _next_cursor(found: AuditOfAll) -> str | None:
    if not found.page.has_more or not found.page.entries:
        return None
    last = found.page.entries[-1].position
    return encode_cursor((last.at, last.service, last.position))


def _as_csv(found: AuditOfAll) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ["at", "who", "service", "table", "key", "action", "before", "after", "hidden", "note", "request_id"]
    )
    for entry in found.page.entries:
        writer.writerow(
            [
                entry.position.at.isoformat(),
                _as_text(entry.who),
                entry.position.service,
                entry.table,
                _as_text(entry.key),
                entry.action,
                _text_of(entry.before),
                _text_of(entry.after),
                " ".join(entry.hidden),
                _as_text(entry.note),
                entry.request_id,
            ]
        )
    return file.getvalue()


def _text_of(json: msgspec.Raw) -> str:
    return bytes(json).decode()


def _as_text(words: str) -> str:
    """No formula, whatever a person wrote: spreadsheets run what begins so."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words
