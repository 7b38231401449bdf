"""Default deny: every route says which scope it needs, and what is open to everybody is named here."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

import backoffice
from backoffice.api_reference import scopes_of
from backoffice.kit.auth import GRANTABLE_SCOPES, SCOPES_OF_ROLE, Role, Scope

PUBLIC = {
    # Whoever logs in has no token yet.
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/token",
    "POST /auth/refresh",
    "POST /auth/logout",
    # A code that was sent by mail is the secret.
    "POST /auth/password/forgotten",
    "POST /auth/password/reset",
    # The address in a station's QR code is all that whoever scans it has; its seal is the secret.
    "POST /billing/web-payments",
    "POST /billing/web-payments/{tenant}/{payment_id}/card",
    "GET /billing/web-payments/{tenant}/{payment_id}",
    "GET /billing/public-receipts/{tenant}/{session_id}/{seal}",
    # Whoever pays without an account has to know which cards are taken.
    "GET /billing/payment-provider",
    # Signed by the provider.
    "POST /billing/webhooks/stripe",
    # The ticket in the address is the secret that the station was told.
    "PUT /uploads/{ticket}",
    "POST /uploads/{ticket}",
    "PUT /uploads/{ticket}/{file_name}",
    "POST /uploads/{ticket}/{file_name}",
}


def routes() -> Iterator[APIRoute]:
    """Every route that a module of the back office declares."""
    for module in pkgutil.walk_packages(backoffice.__path__, "backoffice."):
        if ".migrations" in module.name or ".alembic" in module.name or module.name.endswith("__main__"):
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, APIRouter):
                yield from (route for route in thing.routes if isinstance(route, APIRoute))


def names_of(route: APIRoute) -> set[str]:
    return {f"{method} {route.path}" for method in route.methods}


ROUTES = {name: route for route in routes() for name in names_of(route)}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_needs_a_scope_or_is_public_by_name(name: str) -> None:
    assert bool(scopes_of(ROUTES[name].dependant)) != (name in PUBLIC)


def test_what_is_public_exists() -> None:
    assert set(ROUTES) >= PUBLIC


def test_every_role_has_a_row_and_only_drivers_charge() -> None:
    assert set(SCOPES_OF_ROLE) == set(Role)
    assert [role for role in Role if Scope.CHARGE in SCOPES_OF_ROLE[role]] == [Role.DRIVER]


def test_admin_may_all_that_staff_may() -> None:
    staff = set(Role) - {Role.DRIVER}

    assert all(SCOPES_OF_ROLE[Role.ADMIN] >= SCOPES_OF_ROLE[role] for role in staff)


def test_read_only_changes_nothing_but_its_own_account() -> None:
    assert {scope for scope in SCOPES_OF_ROLE[Role.READ_ONLY] if not scope.endswith(":read")} == {Scope.SELF}


def test_no_key_makes_accounts_or_charges() -> None:
    assert not GRANTABLE_SCOPES & {Scope.USERS_WRITE, Scope.TENANTS_WRITE, Scope.CHARGE, Scope.SELF}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_nothing_of_a_request_goes_through_a_thread(name: str) -> None:
    """FastAPI runs what is no coroutine function in a pool: a hop, and under load a wait, for each of them."""
    assert [call for call in calls_of(ROUTES[name].dependant) if not is_coroutine_function(call)] == []


def calls_of(dependant: Dependant) -> Iterator[Callable[..., object]]:
    assert dependant.call is not None
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from calls_of(dependency)


def is_coroutine_function(call: Callable[..., object]) -> bool:
    tests = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(test(call) or test(getattr(call, "__call__", None)) for test in tests)  # noqa: B004 - of an object
