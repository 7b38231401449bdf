"""The routes of all services in one flat table, each asked first whether the path begins as it does.

FastAPI matches what is included router by router, pattern by pattern, and on every level once more when it handles the
request: with three hundred operations that took longer than most answers do.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


class QuickRoute(APIRoute):
    """A route whose pattern is tried only on paths that begin as it does, up to its first parameter."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # Any: FastAPI's own
        self._begin = path.partition("{")[0]
        super().__init__(path, endpoint, **options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self._begin):
            return Match.NONE, {}
        return super().matches(scope)


def add_routes(app: FastAPI, routers: Iterable[APIRouter], *, prefix: str, responses: dict[int | str, Any]) -> None:
    """The app answers the routers' routes below `prefix`, the first that matches; each may answer `responses` too."""
    for router in routers:
        for route in _routes_of(router):
            app.router.add_api_route(
                prefix + route.path,
                route.endpoint,
                methods=route.methods,
                name=route.name,
                response_model=route.response_model,
                response_class=route.response_class,
                status_code=route.status_code,
                responses={**responses, **route.responses},
                response_description=route.response_description,
                dependencies=route.dependencies,
                tags=route.tags,
                summary=route.summary,
                description=route.description,
                deprecated=route.deprecated,
                include_in_schema=route.include_in_schema,
                openapi_extra=route.openapi_extra,
                route_class_override=QuickRoute,
            )


def _routes_of(router: APIRouter) -> Iterator[APIRoute]:
    """Raises TypeError for what would be another in the table: a router that is included, an option not handed on."""
    for route in router.routes:
        if type(route) is not APIRoute:
            raise TypeError(f"a service's routers hold operations alone, and no {type(route).__name__}")
        if route.callbacks or route.operation_id or route.max_body_size is not None:
            raise TypeError(f"{route.path}: this option is not handed on")
        yield route
