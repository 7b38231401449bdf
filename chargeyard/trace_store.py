"""A collector of spans for one machine: it takes what programs send by OTLP over HTTP, and keeps it in files.

A collector with a database and a user interface takes its place wherever there is one (Jaeger, say, in
docker-compose.yml): the programs do not know the difference.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from gzip import decompress
from pathlib import Path
from threading import Lock
from typing import Any

import uvicorn
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PROTOBUF = "application/x-protobuf"
_FILE, _OLDER_FILE = "spans.jsonl", "spans.older.jsonl"
_FILE_BYTES = 50_000_000
_END_WITHIN_S = 2


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """What was done: when (Unix time, ns), by whom, as part of what, and about which `key`."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    key: str
    begin_ns: int
    end_ns: int
    error: str


class TraceStore:
    """The files of a folder: two at most, of which the newer one grows. To read, the folder need not be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = Lock()

    def open(self) -> None:
        """The folder is there, before anything has been traced."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, request: ExportTraceServiceRequest) -> None:
        """The spans of an export are in the file."""
        with self._writing:
            self.open()
            file = self._folder / _FILE
            if file.exists() and file.stat().st_size > _FILE_BYTES:
                file.replace(self._folder / _OLDER_FILE)
            with file.open("a", encoding="utf-8") as opened:
                opened.writelines(f"{json.dumps(row)}\n" for row in _rows_of(request))

    def read(self) -> Iterator[KeptSpan]:
        """Every span that is kept, the older file first; a line that was cut short is passed over."""
        for name in (_OLDER_FILE, _FILE):
            file = self._folder / name
            if file.exists():
                with file.open(encoding="utf-8") as opened:
                    for line in opened:
                        with suppress(ValueError):
                            yield KeptSpan(**json.loads(line))


@asynccontextmanager
async def collecting(store: TraceStore) -> AsyncIterator[str]:
    """Takes spans as long as the context lasts, on a free port of this machine; where: the endpoint of OTLP."""

    async def take(request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = await asyncio.to_thread(decompress, body)
        try:
            export = ExportTraceServiceRequest.FromString(body)
        except DecodeError:
            return Response("no OTLP export\n", status_code=400)
        await asyncio.to_thread(store.write, export)
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type=_PROTOBUF)

    store.open()
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/v1/traces", take, methods=["POST"])])
    server = _Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=_END_WITHIN_S))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


class _Server(uvicorn.Server):
    """Signals are the program's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _rows_of(request: ExportTraceServiceRequest) -> Iterator[dict[str, str | int]]:
    for resource in request.resource_spans:
        service = _attribute(resource.resource.attributes, "service.name")
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "trace_id": span.trace_id.hex(),
                    "span_id": span.span_id.hex(),
                    "parent_id": span.parent_span_id.hex(),
                    "service": service,
                    "name": span.name,
                    "key": _attribute(span.attributes, "chargeyard.key"),
                    "begin_ns": span.start_time_unix_nano,
                    "end_ns": span.end_time_unix_nano,
                    "error": span.status.message,
                }


def _attribute(attributes: Any, name: str) -> str:  # Any: protobuf's list of pairs
    return next((pair.value.string_value for pair in attributes if pair.key == name), "")
