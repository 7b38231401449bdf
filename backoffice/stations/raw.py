"""Raw commands: a body in the wire's own words, checked before it goes anywhere."""

import msgspec

from backoffice.stations.errors import CommandNotExpressible, CommandNotValid, UnknownAction
from backoffice.stations.models import Station
from protocol.bus.commands import RawCall
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotImplemented, NotExpressible, PayloadViolation
from protocol.versions import check_call_to_station


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
