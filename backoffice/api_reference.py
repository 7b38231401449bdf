"""The REST interface as a page for people: a table of every operation, made of the OpenAPI document and the routes.

Written, and compared, by `python -m backoffice.openapi`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from backoffice.kit.auth import Needs, Scope

_HEAD = """# Every operation of the REST interface

Made by `python -m backoffice.openapi` of the same routes as [openapi.json](openapi.json): do not edit. What holds for
all of them is in [the page about the interface](../guide/api.md).

*Needs* is the scope that whoever asks must have; *open* is open to everybody. *Also* says what is special: `key`
takes an `Idempotency-Key`, `pages` answers a page with a `next_cursor`, `events` is a stream of Server-Sent Events,
`version` takes `If-Match`, `csv` answers CSV as well, `file` answers a document or an archive.
"""
_COLUMNS = "| Request | What it does | Needs | Also |\n|---|---|---|---|"
_MARKS_OF_PARAMETER = {"idempotency-key": "key", "cursor": "pages", "if-match": "version"}
_MARKS_OF_MEDIA_TYPE = {
    "text/event-stream": "events",
    "text/csv": "csv",
    "application/pdf": "file",
    "application/zip": "file",
    "application/pem-certificate-chain": "file",
}

Json = Mapping[str, Any]  # Any: JSON


class Operation(NamedTuple):
    """A row: a method at a path."""

    tag: str
    request: str
    what: str
    needs: str
    also: str


def make_reference(document: Json, routes: Iterable[BaseRoute]) -> str:
    """The page as Markdown: a table for each tag, tags and requests in alphabetical order."""
    by_tag: Mapping[str, list[Operation]] = defaultdict(list)
    for operation in _operations(document, scopes_by_operation(routes)):
        by_tag[operation.tag].append(operation)
    return "\n\n".join([_HEAD.rstrip(), *(_section(tag, by_tag[tag]) for tag in sorted(by_tag))]) + "\n"


def scopes_by_operation(routes: Iterable[BaseRoute]) -> Mapping[str, Sequence[Scope]]:
    """What whoever asks must have, by operation id; an operation that is open to everybody has none."""
    return {route.name: sorted(scopes_of(route.dependant)) for route in _api_routes(routes)}


def _api_routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):  # FastAPI's name of a router that was included
            yield from _api_routes(included.routes)


def scopes_of(dependant: Dependant) -> set[Scope]:
    """Those that it or what it depends on asks for."""
    own = {dependant.call.scope} if isinstance(dependant.call, Needs) else set()
    return own.union(*(scopes_of(one) for one in dependant.dependencies))


def _operations(document: Json, scopes: Mapping[str, Sequence[Scope]]) -> Iterable[Operation]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            yield Operation(
                tag=said["tags"][0],
                request=f"{method.upper()} {path.removeprefix('/api/v1')}",
                what=_in_a_cell(said["description"]),
                needs=_scopes_in_a_cell(scopes[said["operationId"]]),
                also=", ".join(_marks(said)),
            )


def _marks(said: Json) -> Sequence[str]:
    parameters = (one["name"].lower() for one in said.get("parameters", ()))
    media_types = (name for answer in said["responses"].values() for name in answer.get("content", ()))
    found = [_MARKS_OF_PARAMETER.get(name) for name in parameters]
    found += [_MARKS_OF_MEDIA_TYPE.get(name) for name in media_types]
    return list(dict.fromkeys(mark for mark in found if mark is not None))


def _scopes_in_a_cell(scopes: Sequence[Scope]) -> str:
    return ", ".join(f"`{scope}`" for scope in scopes) or "open"


def _in_a_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _section(tag: str, operations: Sequence[Operation]) -> str:
    rows = [
        f"| `{one.request}` | {one.what} | {one.needs} | {one.also} |"
        for one in sorted(operations, key=lambda one: one.request.partition(" ")[::-1])
    ]
    return "\n".join([f"## {tag.capitalize()}", "", _COLUMNS, *rows])
