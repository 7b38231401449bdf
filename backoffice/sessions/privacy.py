"""A driver who is to be forgotten: whether they can be, and that they are."""

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import AskObstacles, Obstacles
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Database, Unit
from backoffice.kit.personal_data import forget_beside, new_pseudonym
from backoffice.sessions import privacy_repository

_RUNNING = "A session runs or is not settled yet: stop it, or wait until it is."


class Obstacle:
    """Answers what is in the way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskObstacles) -> Obstacles:
        """A charging or parking session that is not settled, or a start under way."""
        async with self._database.transaction(question.tenant) as unit:
            is_running = await privacy_repository.has_running_session(unit, question.driver_id)
        return Obstacles((_RUNNING,) if is_running else ())


async def on_driver_deleted(event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
    """Sessions and CDRs stay, as somebody's: one name for all of this driver's, and made of chance."""
    await privacy_repository.forget_driver(unit, event.driver_id, pseudonym=new_pseudonym())
    await forget_beside(unit, event.driver_id)
