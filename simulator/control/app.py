"""The fleet's control as an ASGI application."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from protocol.domain.identifiers import DEFAULT_TENANT, StationKey
from protocol.domain.transaction_limit import TransactionLimit
from simulator.control import orders, schemas, views
from simulator.control.conditions import StationCondition
from simulator.control.controlled import Controlled
from simulator.control.errors import FromBrowser, Unauthorized
from simulator.control.faults import FaultOrder
from simulator.control.feed import Dropped, EventFeed, Gap, Lost, NumberedEvent, Told
from simulator.control.orders import StationQuestion
from simulator.control.problems import add_problem_handlers, answer
from simulator.faults.kinds import FaultKind

_PAGE = 100
_LONGEST_PAGE = 1000
_QUIET_S = 15.0
_Evse = Annotated[int, Path(ge=0, le=2**31 - 1)]
_OPEN_PATHS = frozenset(("/ready",))
"""What a container's probe may ask without a token."""


def make_app(fleet: Controlled, feed: EventFeed, *, token: str | None) -> FastAPI:
    """The application; `token` None: whoever reaches it may control the fleet."""
    app = FastAPI(
        title="Chargeyard fleet", summary="A living fleet of charging stations", docs_url=None, redoc_url=None
    )
    app.middleware("http")(_guard(token))
    add_problem_handlers(app)
    _add_fleet(app, fleet)
    _add_stations(app, fleet)
    _add_evses(app, fleet)
    _add_events(app, feed)
    return app


def _guard(token: str | None) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if "origin" in request.headers:
            return answer(FromBrowser())
        if token is not None and request.url.path not in _OPEN_PATHS:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return answer(Unauthorized())
        return await go_on(request)

    return guard


def _add_fleet(app: FastAPI, fleet: Controlled) -> None:
    @app.get("/ready", response_model=schemas.ReadyView)
    async def ready(at_least: Annotated[int | None, Query(ge=1)] = None) -> JSONResponse:
        """200 once the CSMS has accepted all stations, or `at_least` so many; 503 before."""
        wanted = fleet.size if at_least is None else at_least
        accepted = await fleet.accepted(wanted)
        view = schemas.ReadyView(is_ready=accepted >= wanted, accepted=accepted, wanted=wanted)
        status = HTTPStatus.OK if view.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse(view.model_dump(mode="json"), status_code=status)

    @app.get("/summary")
    async def summary() -> schemas.SummaryView:
        """The fleet in numbers."""
        return await fleet.summary()

    @app.get("/vehicles")
    async def vehicles() -> list[schemas.VehicleModelView]:
        """The classes of cars that can be plugged in."""
        return views.show_vehicles()

    @app.get("/faults")
    async def faults() -> list[FaultKind]:
        """The kinds of faults that stations can be given."""
        return list(FaultKind)


def _add_stations(app: FastAPI, fleet: Controlled) -> None:
    @app.get("/stations")
    async def stations(
        *,
        after: str | None = None,
        limit: Annotated[int, Query(ge=1, le=_LONGEST_PAGE)] = _PAGE,
        condition: StationCondition | None = None,
        starts_with: str = "",
        tenant: str | None = None,
        site: str | None = None,
    ) -> schemas.StationPage:
        """The stations of this condition, tenant and site whose ids start so, in the plan's order."""
        return await fleet.stations(
            StationQuestion(
                limit=limit, after=after, condition=condition, starts_with=starts_with, tenant=tenant, site=site
            )
        )

    def find(station_id: str, tenant: str = DEFAULT_TENANT) -> StationKey:
        return fleet.find(tenant, station_id)

    at = Annotated[StationKey, Depends(find)]

    @app.get("/stations/{station_id}")
    async def station(key: at) -> schemas.StationView:
        """One station."""
        return await fleet.carry_out(key, orders.Look())

    @app.post("/stations/{station_id}/switch-off")
    async def switch_off(key: at) -> schemas.StationView:
        """Somebody turns the station off; without power at once, it is the fault `power_cut`."""
        return await fleet.carry_out(key, orders.SwitchOff())

    @app.post("/stations/{station_id}/switch-on")
    async def switch_on(key: at) -> schemas.StationView:
        """The station is turned on again: it connects, and boots."""
        return await fleet.carry_out(key, orders.SwitchOn())

    @app.post("/stations/{station_id}/drop-socket")
    async def drop_socket(key: at) -> schemas.StationView:
        """The network fails under the station, which then reconnects by itself."""
        return await fleet.carry_out(key, orders.DropSocket())

    @app.post("/stations/{station_id}/faults")
    async def strike(key: at, body: schemas.FaultBody) -> schemas.StationView:
        """The station has one more fault, from now on."""
        return await fleet.carry_out(key, orders.Strike(FaultOrder(**body.model_dump())))

    @app.delete("/stations/{station_id}/faults")
    async def clear(key: at) -> schemas.StationView:
        """Every fault of the station has ended."""
        return await fleet.carry_out(key, orders.ClearFaults())


def _add_evses(app: FastAPI, fleet: Controlled) -> None:
    def find(station_id: str, tenant: str = DEFAULT_TENANT) -> StationKey:
        return fleet.find(tenant, station_id)

    at = Annotated[StationKey, Depends(find)]
    path = "/stations/{station_id}/evses/{evse}"

    @app.post(f"{path}/plug-in")
    async def plug_in(key: at, evse: _Evse, body: schemas.VehicleBody | None = None) -> schemas.StationView:
        """A car's cable is in."""
        return await fleet.carry_out(key, orders.PlugIn(evse, _car(body or schemas.VehicleBody())))

    @app.post(f"{path}/unplug")
    async def unplug(key: at, evse: _Evse) -> schemas.StationView:
        """The cable is out; what ran has ended."""
        return await fleet.carry_out(key, orders.Unplug(evse))

    @app.post(f"{path}/present-token")
    async def present_token(key: at, evse: _Evse, body: schemas.TokenBody) -> schemas.StationView:
        """Somebody holds a token at the reader: it starts, or stops what it started."""
        return await fleet.carry_out(key, orders.PresentToken(evse, body.token, body.type))

    @app.post(f"{path}/start")
    async def start(key: at, evse: _Evse, body: schemas.StartBody) -> schemas.StationView:
        """A driver plugs in, where no car is, and presents the token."""
        return await fleet.carry_out(key, orders.Start(evse, body.token, body.type, _car(body.vehicle)))

    @app.post(f"{path}/limit")
    async def limit(key: at, evse: _Evse, body: schemas.LimitBody) -> schemas.StationView:
        """A driver chooses at the station how far the transaction goes; only stations of OCPP 2.1 know limits."""
        return await fleet.carry_out(key, orders.Limit(evse, TransactionLimit(**body.model_dump())))

    @app.post(f"{path}/stop")
    async def stop(key: at, evse: _Evse) -> schemas.StationView:
        """The transaction ends by the button on the station."""
        return await fleet.carry_out(key, orders.Stop(evse))


def _car(body: schemas.VehicleBody) -> orders.Car:
    return orders.Car(body.model, body.soc, body.target_soc)


def _add_events(app: FastAPI, feed: EventFeed) -> None:
    @app.get("/events", response_class=EventSourceResponse)
    async def events(
        *, station_id: str | None = None, last_event_id: Annotated[str | None, Header()] = None
    ) -> AsyncIterator[ServerSentEvent]:
        """What happens from now on, or behind `Last-Event-ID`, of one station or of all.

        `dropped` says how many events are missing there, `gap` that some behind the id are forgotten, `worker_lost`
        that nothing more comes of some stations.
        """
        listener = feed.listen(station_id=station_id, last_event_id=last_event_id)
        try:
            async for told in listener.hear(quiet_s=_QUIET_S):
                yield _spell(told)
        finally:
            feed.leave(listener)


def _spell(told: Told | None) -> ServerSentEvent:
    match told:
        case None:
            return ServerSentEvent(comment="quiet")
        case NumberedEvent():
            name = told.event.happening.replace(" ", "_")
            return ServerSentEvent(id=told.event_id, event=name, raw_data=told.event.model_dump_json())
        case Dropped(count):
            return ServerSentEvent(event="dropped", data={"count": count})
        case Lost():
            return ServerSentEvent(id=told.event_id, event="worker_lost", data={"detail": told.sentence})
        case Gap(last_event_id, count):
            return ServerSentEvent(event="gap", data={"last_event_id": last_event_id, "count": count})
