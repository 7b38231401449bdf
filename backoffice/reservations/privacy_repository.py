"""What reservations has of a driver, what is unfinished of it, and its end."""

from sqlalchemy import func, or_, select, update

from backoffice.kit.database import Unit
from backoffice.kit.personal_data import PersonalTable
from backoffice.reservations.domain import ReservationState
from backoffice.reservations.models import ReservationRow

PERSONAL_TABLES = (
    PersonalTable(
        "reservations",
        ReservationRow,
        ReservationRow.driver_id,
        left_out=frozenset({"created_by", "hold_attempts", "hold_due_at", "watch_at"}),
    ),
)


async def has_open_reservation(unit: Unit, driver_id: str) -> bool:
    """Whether they are yet to come to one, or it is yet to be billed."""
    found = await unit.session.scalar(
        select(ReservationRow.id)
        .where(
            ReservationRow.tenant_id == unit.tenant,
            ReservationRow.driver_id == driver_id,
            or_(ReservationRow.state == ReservationState.CONFIRMED, ReservationRow.owes_price),
        )
        .limit(1)
    )
    return found is not None


async def forget_driver(unit: Unit, driver_id: str, *, pseudonym: str) -> None:
    """The places were somebody's; whose, and in which words they gave them up, nobody knows any more."""
    await unit.session.execute(
        update(ReservationRow)
        .where(ReservationRow.tenant_id == unit.tenant, ReservationRow.driver_id == driver_id)
        .values(
            driver_id=pseudonym,
            created_by=func.replace(ReservationRow.created_by, driver_id, pseudonym),
            reason="",
        )
    )
