"""Spans of what is sampled, for whoever collects them by OTLP; of the rest only the trace context travels.

A trace context is W3C's `traceparent`: it says to which trace the thing that is done now belongs, and whether that is
sampled. No span object exists for what is not, nor where nobody collects.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from random import getrandbits, random

from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

KEY = "chargeyard.key"
"""The attribute that names what something was done about: a session, a station, an invoice's session."""

_SAMPLED, _NOT_SAMPLED = "01", "00"
_NOTHING: Mapping[str, str] = {}

_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


class _Collection:
    """Where spans go, and how many of the traces that begin here are sampled."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.sample = 0.0


_collection = _Collection()


def configure_tracing(name: str, *, endpoint: str | None, sample: float) -> None:
    """Spans of this process go to `endpoint` (OTLP over HTTP) under this name; `sample` of the traces begun here."""
    if endpoint is None:
        return
    # What makes and sends spans is 14 MiB that nobody else needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    _collection.tracer, _collection.sample = provider.get_tracer("chargeyard"), sample


def current_traceparent() -> str:
    """The trace context of what is being done now; empty where nobody began one."""
    return _traceparent.get()


def sampled_traceparent() -> str:
    """The same where it is sampled, else empty: worth keeping for what is done later."""
    traceparent = _traceparent.get()
    return traceparent if traceparent.endswith(_SAMPLED) else ""


def new_traceparent() -> str:
    """A trace of its own (W3C Trace Context §3.2)."""
    return f"00-{getrandbits(128) | 1:032x}-{getrandbits(64) | 1:016x}-{_chosen()}"


def sampled_here(traceparent: str) -> str:
    """The trace of somebody outside goes on; whether it is sampled is ours to say."""
    return traceparent[:-2] + _chosen()


def _chosen() -> str:
    is_sampled = _collection.tracer is not None and random() < _collection.sample  # noqa: S311 - no secret
    return _SAMPLED if is_sampled else _NOT_SAMPLED


@contextmanager
def traced(traceparent: str, name: str, attributes: Mapping[str, str] = _NOTHING) -> Iterator[None]:
    """What is done inside belongs to this trace, or to a new one where it is empty; a span of it, where sampled."""
    traceparent = traceparent or new_traceparent()
    span = _begin(traceparent, name, attributes)
    token = _traceparent.set(traceparent if span is None else _context_of(span))
    try:
        yield
    except BaseException as error:
        if span is not None:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        _traceparent.reset(token)
        if span is not None:
            span.end()


def _begin(traceparent: str, name: str, attributes: Mapping[str, str]) -> Span | None:
    if _collection.tracer is None or not traceparent.endswith(_SAMPLED):
        return None
    _, trace_id, span_id, _ = traceparent.split("-")
    parent = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(1))
    context = set_span_in_context(NonRecordingSpan(parent))
    return _collection.tracer.start_span(name, context=context, attributes=attributes)


def _context_of(span: Span) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{_SAMPLED}"
