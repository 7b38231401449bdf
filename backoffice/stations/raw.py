"""Raw commands: a body in the wire's own words, checked before it goes anywhere, and what it means in ours."""

import msgspec

from backoffice.stations.errors import CommandNotExpressible, CommandNotValid, UnknownAction
from backoffice.stations.models import Station
from protocol.bus.commands import RawAnswer, RawCall
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotImplemented, NotExpressible, OcppError, PayloadViolation
from protocol.versions import check_call_to_station, route_of_action
from protocol.wire import codec


def read_raw_call(station: Station, action: str, body: bytes) -> RawCall:
    """The command. Raises UnknownAction, CommandNotExpressible for what only stations send, and CommandNotValid."""
    version = OcppVersion(station.version or station.default_version)
    try:
        check_call_to_station(version, action, body)
    except ActionNotImplemented as error:
        raise UnknownAction(action, version=version) from error
    except NotExpressible as error:
        raise CommandNotExpressible(station.id, detail=str(error)) from error
    except PayloadViolation as error:
        raise CommandNotValid(action, detail=str(error)) from error
    return RawCall(action, msgspec.Raw(body))


def in_our_words(
    version: OcppVersion, message: RawCall, reply: msgspec.Struct
) -> tuple[msgspec.Struct, msgspec.Struct] | None:
    """A raw command and its answer, typed; None where they break their schema, or we have no words for them."""
    assert isinstance(reply, RawAnswer)
    try:
        route = route_of_action(version, message.action)
        asked = route.decode_request(codec.decode(message.payload, route.request))
        return asked, route.decode_response(codec.decode(reply.payload, route.response))
    except OcppError:
        return None
