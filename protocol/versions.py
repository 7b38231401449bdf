"""Which action of which version is carried by which route: the blocks, merged.

Invariants:
1. Every action of every version has a route or is in NOT_SUPPORTED; none is in both.
2. Within a version a message has one route.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from protocol.blocks.authorization import (
    v16 as authorization_v16,
    v21 as authorization_v21,
    v201 as authorization_v201,
)
from protocol.blocks.availability import v16 as availability_v16, v201 as availability_v201
from protocol.blocks.battery_swap import v21 as battery_swap_v21
from protocol.blocks.certificates import (
    v16 as certificates_v16,
    v21 as certificates_v21,
    v201 as certificates_v201,
)
from protocol.blocks.data_transfer import v16 as data_transfer_v16, v201 as data_transfer_v201
from protocol.blocks.der_control import v21 as der_control_v21
from protocol.blocks.diagnostics import v16 as diagnostics_v16, v201 as diagnostics_v201
from protocol.blocks.display_message import v201 as display_message_v201
from protocol.blocks.event_streams import v21 as event_streams_v21
from protocol.blocks.firmware import v16 as firmware_v16, v201 as firmware_v201
from protocol.blocks.local_auth_list import v16 as local_auth_list_v16, v201 as local_auth_list_v201
from protocol.blocks.meter_values import v16 as meter_values_v16, v201 as meter_values_v201
from protocol.blocks.monitoring import v21 as monitoring_v21, v201 as monitoring_v201
from protocol.blocks.payment import v21 as payment_v21
from protocol.blocks.provisioning import v16 as provisioning_v16, v21 as provisioning_v21, v201 as provisioning_v201
from protocol.blocks.remote_control import (
    v16 as remote_control_v16,
    v21 as remote_control_v21,
    v201 as remote_control_v201,
)
from protocol.blocks.reservation import v16 as reservation_v16, v201 as reservation_v201
from protocol.blocks.security import v16 as security_v16, v201 as security_v201
from protocol.blocks.smart_charging import (
    v16 as smart_charging_v16,
    v21 as smart_charging_v21,
    v201 as smart_charging_v201,
)
from protocol.blocks.tariff_and_cost import v21 as tariff_and_cost_v21, v201 as tariff_and_cost_v201
from protocol.blocks.transactions import v16 as transactions_v16, v21 as transactions_v21, v201 as transactions_v201
from protocol.dialects.v21 import carried_over
from protocol.domain.routes import AnyRoute, Direction
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotImplemented, ActionNotSupported, NotExpressible
from protocol.wire import codec, v16, v21, v201
from protocol.wire.structs import NoAnswer

_BLOCKS_16: tuple[tuple[AnyRoute, ...], ...] = (
    provisioning_v16.ROUTES,
    availability_v16.ROUTES,
    authorization_v16.ROUTES,
    transactions_v16.ROUTES,
    meter_values_v16.ROUTES,
    remote_control_v16.ROUTES,
    data_transfer_v16.ROUTES,
    local_auth_list_v16.ROUTES,
    reservation_v16.ROUTES,
    smart_charging_v16.ROUTES,
    firmware_v16.ROUTES,
    diagnostics_v16.ROUTES,
    certificates_v16.ROUTES,
    security_v16.ROUTES,
)
_BLOCKS_201: tuple[tuple[AnyRoute, ...], ...] = (
    provisioning_v201.ROUTES,
    availability_v201.ROUTES,
    authorization_v201.ROUTES,
    transactions_v201.ROUTES,
    meter_values_v201.ROUTES,
    remote_control_v201.ROUTES,
    diagnostics_v201.ROUTES,
    monitoring_v201.ROUTES,
    display_message_v201.ROUTES,
    local_auth_list_v201.ROUTES,
    reservation_v201.ROUTES,
    tariff_and_cost_v201.ROUTES,
    data_transfer_v201.ROUTES,
    smart_charging_v201.ROUTES,
    firmware_v201.ROUTES,
    certificates_v201.ROUTES,
    security_v201.ROUTES,
)
_ADDED_BY_21: tuple[tuple[AnyRoute, ...], ...] = (
    authorization_v21.ROUTES,
    provisioning_v21.ROUTES,
    monitoring_v21.ROUTES,
    transactions_v21.ROUTES,
    event_streams_v21.ROUTES,
    der_control_v21.ROUTES,
    battery_swap_v21.ROUTES,
    payment_v21.ROUTES,
    smart_charging_v21.ROUTES,
    certificates_v21.ROUTES,
    tariff_and_cost_v21.ROUTES,
    remote_control_v21.ROUTES,
)

_BLOCKS: Mapping[OcppVersion, tuple[tuple[AnyRoute, ...], ...]] = {
    OcppVersion.V16: _BLOCKS_16,
    OcppVersion.V201: _BLOCKS_201,
    # A block's own row for 2.1 takes the place of the one that is carried over.
    OcppVersion.V21: (*(carried_over(routes) for routes in _BLOCKS_201), *_ADDED_BY_21),
}

_WIRE: Mapping[OcppVersion, Mapping[str, tuple[type[Any], type[Any]]]] = {
    OcppVersion.V16: v16.ACTIONS,
    OcppVersion.V201: v201.ACTIONS,
    OcppVersion.V21: {**v21.ACTIONS, **{action: (request, NoAnswer) for action, request in v21.SENDS.items()}},
}

ACTIONS: Mapping[OcppVersion, frozenset[str]] = {version: frozenset(wire) for version, wire in _WIRE.items()}
"""Every action that a version knows."""

ROUTES: Mapping[OcppVersion, Mapping[str, AnyRoute]] = {
    version: {route.action: route for routes in blocks for route in routes} for version, blocks in _BLOCKS.items()
}

NOT_SUPPORTED: Mapping[OcppVersion, frozenset[str]] = {
    version: actions - ROUTES[version].keys() for version, actions in ACTIONS.items()
}
"""Actions that are known and answered NotSupported."""


def _by_message(routes: Iterable[AnyRoute]) -> dict[type[msgspec.Struct], AnyRoute]:
    return {message: route for route in routes for message in route.messages}


_ROUTE_OF_MESSAGE = {version: _by_message(routes.values()) for version, routes in ROUTES.items()}


def route_of_action(version: OcppVersion, action: str) -> AnyRoute:
    """The route of an action that arrived. Raises ActionNotSupported, or ActionNotImplemented for an unknown one."""
    route = ROUTES[version].get(action)
    if route is not None:
        return route
    if action in NOT_SUPPORTED[version]:
        raise ActionNotSupported(action, version=version)
    raise ActionNotImplemented(action, version=version)


def route_of_message(version: OcppVersion, message: type[msgspec.Struct]) -> AnyRoute:
    """The route that can send a message. Raises NotExpressible where the version has none."""
    route = _ROUTE_OF_MESSAGE[version].get(message)
    if route is None:
        raise NotExpressible(version, message.__name__)
    return route


def check_call_to_station(version: OcppVersion, action: str, payload: bytes) -> None:
    """The payload is one that the CSMS may send, in the version's own words.

    Raises ActionNotImplemented for an action that the version does not have, NotExpressible for one that only stations
    send, and the PayloadViolation of a payload that breaks its schema.
    """
    wire = _WIRE[version].get(action)
    if wire is None:
        raise ActionNotImplemented(action, version=version)
    route = ROUTES[version].get(action)
    if route is not None and route.direction is Direction.FROM_STATION:
        raise NotExpressible(version, f"{action} to a station: only stations send it")
    codec.decode(payload, wire[0])
