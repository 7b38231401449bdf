"""What happens elsewhere and concerns tariffs."""

from backoffice.contracts.identity import DriverDeleted
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.kit.personal_data import forget_beside
from backoffice.tariffs import privacy_repository


async def on_driver_deleted(event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
    """No tariff and no group is theirs."""
    await privacy_repository.forget_driver(unit, event.driver_id)
    await forget_beside(unit, event.driver_id)
