"""The HTTP side of a process: the routes of its services, problems, probes, metrics and documentation."""

import asyncio
from collections.abc import Sequence

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backoffice.kit.auth import TokenVerifier
from backoffice.kit.bus import Bus
from backoffice.kit.database import Database
from backoffice.kit.errors import DatabaseUnavailable
from backoffice.kit.problems import add_problem_handlers
from backoffice.kit.service import Parts
from backoffice.kit.telemetry import TraceMiddleware

PREFIX = "/api/v1"
CHECK_TIMEOUT_S = 2.0


def make_app(
    parts: Sequence[Parts],
    *,
    databases: Sequence[Database],
    bus: Bus,
    verifier: TokenVerifier,
    stopping: asyncio.Event,
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
    )
    app.state.bus = bus
    app.state.verifier = verifier
    app.state.stopping = stopping
    app.state.provided = {type(thing): thing for part in parts for thing in part.provides}
    add_problem_handlers(app)
    app.add_middleware(TraceMiddleware)
    for part in parts:
        if part.router is not None:
            app.include_router(part.router, prefix=PREFIX)
    _add_probes(app, databases=databases, bus=bus, stopping=stopping)
    return app


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
    async def metrics() -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await database.check()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True
