"""Which environment variables our programs read, and which of them they must be given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backoffice.contracts.admin import SERVICES
from backoffice.kit.edge import EdgeSettings
from backoffice.kit.settings import PlatformSettings, Settings
from backoffice.services import load_services
from chargeyard import database_roles, nats_users
from chargeyard.probe import URL_VARIABLE
from csms.settings import CsmsSettings, _variable

# uvicorn's own: whom it believes what a request says of where it came from.
FORWARDED = "FORWARDED_ALLOW_IPS"


@dataclass(frozen=True, slots=True)
class Variables:
    """Of one program."""

    known: frozenset[str]
    required: frozenset[str]


def _of_settings(*kinds: type[Settings]) -> Variables:
    known, required = set(), set()
    for kind in kinds:
        for name, field in kind.model_fields.items():
            variable = str(field.validation_alias or f"{kind.prefix}{name.upper()}")
            known.add(variable)
            if field.is_required():
                required.add(variable)
    return Variables(frozenset(known | {FORWARDED, URL_VARIABLE}), frozenset(required))


def _of_gateway() -> Variables:
    fields = CsmsSettings.model_fields
    required = frozenset(_variable(name) for name, field in fields.items() if field.is_required())
    return Variables(frozenset(map(_variable, fields)) | {URL_VARIABLE}, required)


_SERVICES = {service.name: service for service in load_services()}
VARIABLES_OF_SERVICE: Mapping[str, Variables] = {
    name: _of_settings(PlatformSettings, EdgeSettings, _SERVICES[name].settings) for name in SERVICES
}
VARIABLES_OF_GATEWAY = _of_gateway()
VARIABLES_OF_MIGRATION = _of_settings(PlatformSettings, EdgeSettings, *(one.settings for one in _SERVICES.values()))
_ROLE_PASSWORDS: Sequence[str] = [database_roles.password_variable(name) for name in database_roles.ROLES]
VARIABLES_OF_ROLES = Variables(
    frozenset(_ROLE_PASSWORDS) | {"DATABASE_URL"}, frozenset(_ROLE_PASSWORDS) | {"DATABASE_URL"}
)
NATS_PASSWORDS = frozenset(nats_users.password_variable(user) for user in nats_users.PERMISSIONS_OF_USER)


def misfits(given: Mapping[str, object], variables: Variables) -> Sequence[str]:
    """What a program is given and does not read, and what it is not given."""
    unknown = [f"{name} is read by nobody" for name in sorted(given.keys() - variables.known)]
    return unknown + [f"{name} is missing" for name in sorted(variables.required - given.keys())]
