"""What happens elsewhere and concerns profiles."""

from backoffice.contracts.identity import DriverDeleted
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.kit.personal_data import forget_beside
from backoffice.profiles import repository


async def on_driver_deleted(event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
    """Nothing of the driver is left here: profile, vehicles, favourites, and what was exported."""
    await repository.forget_driver(unit, event.driver_id)
    await forget_beside(unit, event.driver_id)
