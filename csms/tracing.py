"""Spans of calls that are sampled, for whoever collects them by OTLP; of the others not even a trace context exists.

What is sampled is decided by counting, before anything is made: starts and ends of transactions by a share of their
own, for each of them is a bill, and everything else by another. What such a call asks of the back office belongs to its
trace: `current_traceparent` says to which, in the task that answers the call.
"""

import time
from contextvars import ContextVar

from opentelemetry.trace import Span, Status, StatusCode, Tracer

from csms.settings import CsmsSettings
from csms.station import ReceivedCall
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart

_CHARGES = (TransactionStart, TransactionEnd)
_NONE = ""

_traceparent: ContextVar[str] = ContextVar("traceparent", default=_NONE)


class _Share:
    """Every so many-th."""

    __slots__ = ("_every", "_left")

    def __init__(self, share: float) -> None:
        self._every = round(1 / share) if share else 0
        self._left = 1

    def is_due(self) -> bool:
        if not self._every:
            return False
        self._left -= 1
        if self._left:
            return False
        self._left = self._every
        return True


class CallTracer:
    """Makes the span of a call that is due, and its trace context, which goes with the facts that the call states."""

    def __init__(self, tracer: Tracer, *, sample: float, charges: float) -> None:
        self._tracer = tracer
        self._all, self._charges = _Share(sample), _Share(charges)

    def begin(self, message: object, call: ReceivedCall, *, action: str, began: float) -> Span | None:
        """A span that began then (`perf_counter`), for a call that is due; the call bears its context."""
        share = self._charges if isinstance(message, _CHARGES) else self._all
        if not share.is_due():
            return None
        station = call.station
        span = self._tracer.start_span(
            f"{station.version} {action}",
            start_time=time.time_ns() - int((time.perf_counter() - began) * 1e9),
            attributes={"chargeyard.key": station.key.station, "chargeyard.tenant": station.key.tenant},
        )
        context = span.get_span_context()
        call.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-01"
        # A task answers one call after another, so `end` need not remember what was here before.
        _traceparent.set(call.traceparent)
        return span


def current_traceparent() -> str:
    """The trace context of the call that this task answers, where it is sampled; else empty."""
    return _traceparent.get()


def end(span: Span | None, error: BaseException | None = None) -> None:
    """The call was answered, or, with an error, was not, or with one."""
    if span is None:
        return
    if error is not None:
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
    span.end()
    _traceparent.set(_NONE)


def make_tracer(settings: CsmsSettings) -> CallTracer | None:
    """The tracer that the settings want; None where nobody collects spans."""
    if settings.otlp_endpoint is None:
        return None
    # What makes and sends spans is 14 MiB that nobody else needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"csms {settings.node}"}))
    exporter = OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("chargeyard")
    return CallTracer(tracer, sample=settings.trace_sample, charges=settings.trace_charges)


__all__ = ["CallTracer", "Span", "current_traceparent", "end", "make_tracer"]
