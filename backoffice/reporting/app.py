"""The reporting service, put together."""

from pathlib import Path

from backoffice.kit.service import Context, Parts, Projection, Service, Worker
from backoffice.reporting.consumers import ReportingEvents
from backoffice.reporting.models import BookingRow, PortChangeRow, SoldRow
from backoffice.reporting.refreshing import Refreshing
from backoffice.reporting.routes import router
from backoffice.reporting.schedules import Schedules
from backoffice.reporting.service import Reports
from backoffice.reporting.settings import ReportingSettings


def build(context: Context[ReportingSettings]) -> Parts:
    """Its parts."""
    database, bus, settings, clock = context.database, context.bus, context.settings, context.clock
    reports = Reports(database, bus, clock=clock)
    schedules = Schedules(reports, keep_days=settings.keep_days)
    refreshing = Refreshing(database, bus, clock=clock)
    consumers = (ReportingEvents().consumer(),)
    return Parts(
        routers=(router,),
        provides=(reports, schedules),
        consumers=consumers,
        workers=(
            Worker("refresh_views", refreshing.refresh, every_s=settings.refresh_every_s),
            Worker("make_reports", schedules.make_due, every_s=settings.schedules_every_s),
        ),
        projection=Projection(consumers=consumers, told=(SoldRow, BookingRow, PortChangeRow)),
    )


SERVICE = Service(name="reporting", package=Path(__file__).parent, settings=ReportingSettings, build=build)
