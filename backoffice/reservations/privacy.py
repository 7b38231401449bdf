"""A driver who is to be forgotten: whether they can be, and that they are."""

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import AskObstacles, Obstacles
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Database, Unit
from backoffice.kit.personal_data import forget_beside, new_pseudonym
from backoffice.reservations import privacy_repository

_OPEN = "A reservation is not over, or not billed: give it up, or wait until it is."


class Obstacle:
    """Answers what is in the way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskObstacles) -> Obstacles:
        """A reservation that goes on or is to be billed."""
        async with self._database.transaction(question.tenant) as unit:
            is_open = await privacy_repository.has_open_reservation(unit, question.driver_id)
        return Obstacles((_OPEN,) if is_open else ())


async def on_driver_deleted(event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
    """Reservations stay, as somebody's."""
    await privacy_repository.forget_driver(unit, event.driver_id, pseudonym=new_pseudonym())
    await forget_beside(unit, event.driver_id)
