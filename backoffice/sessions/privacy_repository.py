"""What sessions has of a driver, what is unfinished of it, and its end."""

from sqlalchemy import ColumnElement, Text, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH

from backoffice.kit.database import Unit
from backoffice.kit.personal_data import PersonalTable
from backoffice.sessions.domain import IntentState, SessionState
from backoffice.sessions.models import CdrRow, IntentRow, ParkingRow, SessionRow
from backoffice.sessions.parking_domain import ParkingState

_WORKINGS = frozenset(
    (
        "presented", "needs_verdict", "limit_seq_no", "must_stop", "is_announced", "heard_until", "heard_ahead",
        "end_seq_no", "token_rank", "hears_cost", "progress_said_at", "idle_said_at", "told_cost", "told_cost_at",
        "traceparent",
    )
)  # fmt: skip


def _is_cdr_of(driver_id: str) -> ColumnElement[bool]:
    """By its session: row-level security lets no index look into a record."""
    sessions = select(SessionRow.id).where(SessionRow.tenant_id == CdrRow.tenant_id, SessionRow.driver_id == driver_id)
    return CdrRow.session_id.in_(sessions)


PERSONAL_TABLES = (
    PersonalTable(
        "starts_by_app", IntentRow, IntentRow.driver_id, left_out=frozenset({"unspecified_ref", "owes_release"})
    ),
    PersonalTable("charging_sessions", SessionRow, SessionRow.driver_id, left_out=_WORKINGS),
    PersonalTable("cdrs", CdrRow, _is_cdr_of, left_out=frozenset({"evidence", "issued_by"})),
    PersonalTable("parking_sessions", ParkingRow, ParkingRow.driver_id, left_out=frozenset({"is_asked_for"})),
)

_OVER = (SessionState.COMPLETED, SessionState.UNAUTHORISED)
_STARTING = (IntentState.REQUESTED, IntentState.PAYMENT_HELD, IntentState.COMMANDED)
_NO_TOKENS = literal([], JSONB)
_NOT_THEIRS = "$[*] ? (!(@.driver_id == $driver))"

# As the indexes have it, whose conditions are found by their words.
_SEVERAL_SHOWED = text("(sessions.driver_id IS NULL OR jsonb_array_length(sessions.presented) > 1)")
_SEVERAL_SHOWED_OF_CDR = text(
    "(cdrs.record ->> 'driver_id' IS NULL OR jsonb_array_length(cdrs.evidence -> 'tokens') > 1)"
)


async def has_running_session(unit: Unit, driver_id: str) -> bool:
    """Whether the driver charges, parks or is about to, or what they did is not settled yet."""
    for table, is_running in (
        (SessionRow, SessionRow.state.not_in(_OVER)),
        (ParkingRow, ParkingRow.state != ParkingState.COMPLETED),
        (IntentRow, IntentRow.state.in_(_STARTING)),
    ):
        statement = select(table.id).where(table.tenant_id == unit.tenant, table.driver_id == driver_id, is_running)
        if await unit.session.scalar(statement.limit(1)) is not None:
            return True
    return False


async def forget_driver(unit: Unit, driver_id: str, *, pseudonym: str) -> None:
    """What was charged and parked was somebody's: no driver, no token and no plate leads to whose.

    Also where the driver stopped another's session with a card of theirs.
    """
    await _unlink_cdrs(unit, driver_id, pseudonym=pseudonym)
    await unit.session.execute(
        update(IntentRow)
        .where(IntentRow.tenant_id == unit.tenant, IntentRow.driver_id == driver_id)
        .values(driver_id=pseudonym, token_ref=None, unspecified_ref=None)
    )
    showed_card = SessionRow.presented.contains([{"driver_id": driver_id}])
    without_theirs = func.jsonb_path_query_array(
        SessionRow.presented, literal(_NOT_THEIRS, JSONPATH), literal({"driver": driver_id}, JSONB)
    )
    await unit.session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == unit.tenant, _SEVERAL_SHOWED, showed_card)
        .values(presented=without_theirs)
    )
    await unit.session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == unit.tenant, SessionRow.driver_id == driver_id)
        .values(driver_id=pseudonym, token_ref=None, token_mask=None, presented=[])
    )
    await unit.session.execute(
        update(ParkingRow)
        .where(ParkingRow.tenant_id == unit.tenant, ParkingRow.driver_id == driver_id)
        .values(driver_id=pseudonym, plate_ref=None)
    )


async def _unlink_cdrs(unit: Unit, driver_id: str, *, pseudonym: str) -> None:
    """The one change that a frozen record allows; its trigger sees to it that it is no other."""
    without_tokens = func.jsonb_set(CdrRow.evidence, literal(["tokens"], ARRAY(Text)), _NO_TOKENS, False)
    showed_card = CdrRow.evidence["tokens"].contains([{"driver_id": driver_id}])
    await unit.session.execute(
        update(CdrRow)
        .where(CdrRow.tenant_id == unit.tenant, _SEVERAL_SHOWED_OF_CDR, showed_card)
        .values(evidence=without_tokens)
    )
    await unit.session.execute(
        update(CdrRow)
        .where(CdrRow.tenant_id == unit.tenant, _is_cdr_of(driver_id))
        .values(
            record=CdrRow.record.op("||")(literal({"driver_id": pseudonym}, JSONB)),
            evidence=without_tokens,
        )
    )
