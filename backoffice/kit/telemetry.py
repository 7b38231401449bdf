"""Logs as JSON, metrics for Prometheus, and the trace that joins a request, its events and what they cause."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Receive, Scope, Send

_traceparent: ContextVar[str] = ContextVar("traceparent", default="")

EVENTS_CONSUMED = Counter(
    "backoffice_events_consumed", "Events by what became of them", ["service", "stream", "result"]
)
BATCH_SECONDS = Histogram(
    "backoffice_batch_seconds", "Time of one consumer batch, commit included", ["service", "stream"]
)
CONSUMER_POSITION = Gauge("backoffice_consumer_position", "Stream sequence that is committed", ["service", "partition"])
CONSUMER_LAG = Gauge("backoffice_consumer_lag_events", "Events that wait in the stream", ["service", "partition"])
OUTBOX_PUBLISHED = Counter("backoffice_outbox_published", "Events published by the relay", ["service"])
QUERY_SECONDS = Histogram("backoffice_query_seconds", "Time to answer a query", ["service", "query", "result"])
WORKER_FAILURES = Counter("backoffice_worker_failures", "Runs of a periodic task that failed", ["service", "worker"])


def configure_logging(level: str) -> None:
    """One JSON object a line on standard error, for our own logs and those of libraries."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # Every request is measured; a line for each would bury what matters.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)


def current_traceparent() -> str:
    """The W3C trace context of what is being done now; empty where nobody began one."""
    return _traceparent.get()


@contextmanager
def traced(traceparent: str) -> Iterator[None]:
    """What is done inside belongs to this trace, or to a new one where it is empty."""
    token = _traceparent.set(traceparent or new_traceparent())
    try:
        yield
    finally:
        _traceparent.reset(token)


def new_traceparent() -> str:
    """A trace of its own, sampled (W3C Trace Context §3.2)."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


class TraceMiddleware:
    """Every request belongs to the trace that its `traceparent` header names, or to a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        with traced(headers.get(b"traceparent", b"").decode("latin-1")):
            return await self.app(scope, receive, send)


def _add_trace(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if traceparent := _traceparent.get():
        event["trace_id"] = traceparent[3:35]
    return event
