"""Tariffs, put together."""

from pathlib import Path

from backoffice.contracts.tariffs import DRIVER_TARIFF, TARIFF_IN_FORCE, TARIFFS_IN_FORCE
from backoffice.kit.bus import Answerer
from backoffice.kit.service import Context, Parts, Service
from backoffice.tariffs.estimate import Estimates
from backoffice.tariffs.in_force import InForce
from backoffice.tariffs.routes import router
from backoffice.tariffs.service import Tariffs
from backoffice.tariffs.settings import TariffsSettings


def build(context: Context[TariffsSettings]) -> Parts:
    """The parts of tariffs."""
    tariffs = Tariffs(context.database, clock=context.clock)
    in_force = InForce(context.database, currency=context.settings.currency)
    return Parts(
        router=router,
        provides=(tariffs, Estimates(context.bus, in_force, clock=context.clock)),
        answers=(
            Answerer(TARIFF_IN_FORCE, in_force.answer_tariff_in_force),
            Answerer(DRIVER_TARIFF, in_force.answer_driver_tariff),
            Answerer(TARIFFS_IN_FORCE, in_force.answer_tariffs_in_force),
        ),
    )


SERVICE = Service(name="tariffs", package=Path(__file__).parent, settings=TariffsSettings, build=build)
