"""What tariffs has of a driver, and its end: prices of their own, and the groups that they are in."""

from sqlalchemy import delete

from backoffice.kit.database import Unit
from backoffice.kit.personal_data import PersonalTable
from backoffice.tariffs.models import DriverAssignmentRow, GroupMemberRow

PERSONAL_TABLES = (
    PersonalTable(
        "own_tariffs", DriverAssignmentRow, DriverAssignmentRow.driver_id, left_out=frozenset({"created_by"})
    ),
    PersonalTable("tariff_groups", GroupMemberRow, GroupMemberRow.driver_id, left_out=frozenset({"created_by"})),
)


async def forget_driver(unit: Unit, driver_id: str) -> None:
    """No tariff is the driver's, and no group has them."""
    for table in (DriverAssignmentRow, GroupMemberRow):
        await unit.session.execute(delete(table).where(table.tenant_id == unit.tenant, table.driver_id == driver_id))
