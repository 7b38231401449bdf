"""Logs as JSON and metrics for Prometheus; a request is in a trace from its beginning on."""

import logging
import re
import sys
from time import perf_counter

import structlog
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.kit.tracing import current_traceparent, sampled_here, traced

# W3C Trace Context §3.2.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

EVENTS_CONSUMED = Counter(
    "backoffice_events_consumed", "Events by what became of them", ["service", "stream", "result"]
)
BATCH_SECONDS = Histogram(
    "backoffice_batch_seconds", "Time of one consumer batch, commit included", ["service", "stream"]
)
CONSUMER_POSITION = Gauge(
    "backoffice_consumer_position", "Stream sequence that is dealt with", ["service", "partition"]
)
CONSUMER_LAG = Gauge("backoffice_consumer_lag_events", "Events that wait in the stream", ["service", "partition"])
OUTBOX_PUBLISHED = Counter("backoffice_outbox_published", "Events published by the relay", ["service"])
QUERY_SECONDS = Histogram("backoffice_query_seconds", "Time to answer a query", ["service", "query", "result"])
REQUEST_SECONDS = Histogram(
    "backoffice_request_seconds", "Time to answer a REST request", ["method", "route", "status"]
)
DELIVERIES = Counter("backoffice_deliveries", "Attempts to tell somebody, by what became of them", ["channel", "state"])
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


class TraceMiddleware:
    """Every request belongs to the trace that its `traceparent` header names, or to a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        said = headers.get(b"traceparent", b"").decode("latin-1")
        traceparent = sampled_here(said) if _TRACEPARENT.fullmatch(said) else ""
        with traced(traceparent, scope["method"], {"url.path": scope["path"]}):
            await self._measured(scope, receive, send)
        return None

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A stream of events is measured to its first byte: how long it lasts says nothing."""
        began = perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "")
                # Where there is no route a method is whatever somebody wrote, and would make a label of each word.
                labels = (scope["method"] if route else "", route, message["status"])
                REQUEST_SECONDS.labels(*labels).observe(perf_counter() - began)
            await send(message)

        await self.app(scope, receive, send_measured)


def _add_trace(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if traceparent := current_traceparent():
        event["trace_id"] = traceparent[3:35]
    return event
