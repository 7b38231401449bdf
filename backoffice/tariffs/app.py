"""Tariffs, put together."""

from pathlib import Path

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import PERSONAL_DATA_OF, PersonalData
from backoffice.contracts.tariffs import DRIVER_TARIFF, TARIFF_IN_FORCE, TARIFFS_IN_FORCE
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import Consumer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service
from backoffice.tariffs.consumers import on_driver_deleted
from backoffice.tariffs.estimate import Estimates
from backoffice.tariffs.in_force import InForce
from backoffice.tariffs.privacy_repository import PERSONAL_TABLES
from backoffice.tariffs.routes import router
from backoffice.tariffs.service import Tariffs
from backoffice.tariffs.settings import TariffsSettings
from protocol.bus.subjects import Kind


def build(context: Context[TariffsSettings]) -> Parts:
    """The parts of tariffs."""
    tariffs = Tariffs(context.database, clock=context.clock)
    in_force = InForce(context.database, currency=context.settings.currency)
    personal_data = PersonalDataDesk(context.database, PERSONAL_TABLES, PersonalData.of)
    return Parts(
        routers=(router,),
        provides=(tariffs, Estimates(context.bus, in_force, clock=context.clock)),
        consumers=(Consumer(Kind.DOMAIN, {DriverDeleted: on_driver_deleted}),),
        answers=(
            Answerer(PERSONAL_DATA_OF["tariffs"], personal_data.tell),
            Answerer(TARIFF_IN_FORCE, in_force.answer_tariff_in_force),
            Answerer(DRIVER_TARIFF, in_force.answer_driver_tariff),
            Answerer(TARIFFS_IN_FORCE, in_force.answer_tariffs_in_force),
        ),
    )


SERVICE = Service(name="tariffs", package=Path(__file__).parent, settings=TariffsSettings, build=build)
