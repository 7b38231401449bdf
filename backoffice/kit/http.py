"""The HTTP side of a process: routes of its services, problems, probes, metrics, documentation and the web apps."""

import asyncio
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backoffice.kit.acting import ActorMiddleware
from backoffice.kit.asyncapi import describe_events
from backoffice.kit.auth import TokenVerifier
from backoffice.kit.bus import Bus
from backoffice.kit.database import Database
from backoffice.kit.edge import BodyLimit, EdgeSettings, SecurityHeaders
from backoffice.kit.errors import DatabaseUnavailable
from backoffice.kit.problems import PROBLEM_RESPONSES, PROBLEM_SCHEMA, add_problem_handlers
from backoffice.kit.rate_limit import RateLimit
from backoffice.kit.routing import add_routes
from backoffice.kit.service import Parts
from backoffice.kit.telemetry import TraceMiddleware
from backoffice.kit.web import WebApps
from protocol.bus.catalogue import Catalogue

PREFIX = "/api/v1"
CHECK_TIMEOUT_S = 2.0


def make_app(
    parts: Sequence[Parts],
    *,
    databases: Sequence[Database],
    bus: Bus,
    verifier: TokenVerifier,
    stopping: asyncio.Event,
    edge: EdgeSettings,
    catalogue: Catalogue,
) -> FastAPI:
    """One application for all services of the process; the URLs are the same, however they are spread."""
    # Its documentation page is served with what it shows: a browser that sees only this machine can read it.
    app = FastAPIOffline(
        title="Chargeyard",
        summary="REST interface for drivers and operators",
        version="1",
        docs_url="/api/docs",
        static_url="/api/docs-files",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=attrgetter("name"),
    )
    app.openapi = _with_problems(app.openapi)  # type: ignore[method-assign]
    app.state.bus = bus
    app.state.verifier = verifier
    app.state.stopping = stopping
    app.state.provided = {type(thing): thing for part in parts for thing in part.provides}
    add_problem_handlers(app)
    _add_edge(app, parts, edge, verifier)
    add_routes(app, [router for part in parts for router in part.routers], prefix=PREFIX, responses=PROBLEM_RESPONSES)
    _add_events(app, catalogue)
    _add_probes(app, databases=databases, bus=bus, stopping=stopping)
    app.router.default = WebApps(edge.web_folder)
    return app


def _with_problems(describe: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:  # Any: JSON
    """`describe`, whose document tells once what every operation may answer besides."""

    def describe_all() -> dict[str, Any]:
        document = describe()
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        return document

    return describe_all


def _add_edge(app: FastAPI, parts: Sequence[Parts], edge: EdgeSettings, verifier: TokenVerifier) -> None:
    """The last one added sees a request first."""
    unbounded = [PREFIX + path for part in parts for path in part.unbounded]
    app.add_middleware(BodyLimit, limit_bytes=edge.largest_body_bytes, unbounded=unbounded)
    app.add_middleware(
        RateLimit,
        verifier=verifier,
        per_minute=edge.requests_per_minute,
        public_per_minute=edge.public_requests_per_minute,
    )
    if edge.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=edge.origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["ETag", "Retry-After", "Location"],
            max_age=600,
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(ActorMiddleware)
    app.add_middleware(TraceMiddleware)


def _add_events(app: FastAPI, catalogue: Catalogue) -> None:
    document = msgspec.json.encode(describe_events(catalogue))

    @app.get("/api/asyncapi.json", include_in_schema=False)
    async def asyncapi() -> Response:
        """The events on the bus, for those who consume them."""
        return Response(document, media_type="application/json")


def _add_probes(app: FastAPI, *, databases: Sequence[Database], bus: Bus, stopping: asyncio.Event) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> PlainTextResponse:
        """The process runs; that a part is away is no reason to kill it."""
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        """Whether requests can be served now, and what is away if not."""
        away = ["stopping"] if stopping.is_set() else []
        away += [] if bus.is_connected else ["nats"]
        away += [f"database.{database.service}" for database in databases if not await _answers(database)]
        return JSONResponse({"is_ready": not away, "away": away}, status_code=503 if away else 200)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        """Prometheus' text format, for whoever asks this process itself: not through what stands in front."""
        if "x-forwarded-for" in request.headers:
            raise HTTPException(404)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await database.check()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True
