"""Admin, put together."""

from pathlib import Path

from backoffice.admin import decision_routes, live_routes, routes, simulator_routes
from backoffice.admin.alarms import Alarms
from backoffice.admin.asking import Services
from backoffice.admin.consumers import AdminEvents
from backoffice.admin.erasing import Erasing
from backoffice.admin.measuring import Measuring
from backoffice.admin.operator_settings import OperatorSettings
from backoffice.admin.platform_metrics import MEASURE_EVERY_S, PlatformMetrics
from backoffice.admin.service import Overseer
from backoffice.admin.settings import AdminSettings
from backoffice.admin.simulator import Simulator
from backoffice.contracts.admin import SETTINGS
from backoffice.kit.bus import Answerer
from backoffice.kit.service import Context, Parts, Service, Worker

_ERASE_EVERY_S = 10.0
_FORGET_EVERY_S = 3_600.0


def build(context: Context[AdminSettings]) -> Parts:
    """Its parts."""
    database, bus, settings, clock = context.database, context.bus, context.settings, context.clock
    services = Services(bus, timeout_s=settings.answer_timeout_s)
    alarms = Alarms(database, Measuring(database, bus, services), settings=settings, clock=clock)
    operator_settings = OperatorSettings(database, clock=clock)
    return Parts(
        routers=(routes.router, decision_routes.router, live_routes.router, simulator_routes.router),
        provides=(Overseer(database, bus, services), operator_settings, alarms, Simulator(settings.simulator_url)),
        consumers=AdminEvents().consumers(),
        answers=(Answerer(SETTINGS, operator_settings.answer_settings),),
        workers=(
            Worker("look_for_alarms", alarms.look, every_s=settings.measure_every_s),
            Worker("measure_platform", PlatformMetrics(database, bus).measure, every_s=MEASURE_EVERY_S),
            Worker("forget_old_alarms", alarms.forget_old, every_s=_FORGET_EVERY_S),
            Worker("erase_people", Erasing(database, services).erase_owed, every_s=_ERASE_EVERY_S),
        ),
    )


SERVICE = Service(name="admin", package=Path(__file__).parent, settings=AdminSettings, build=build)
