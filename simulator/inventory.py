"""Stations, passwords and tokens for a fleet that is given by a few numbers and files."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.version import OcppVersion
from simulator.chance import Chance
from simulator.errors import InvalidPlan
from simulator.evse import Outlet
from simulator.plan import Settings, StationPlan

DEFAULT_TEMPLATE = "SIM{n:04d}"
# What drivers carry where nothing else is said: a card that 2.x readers call ISO14443, and 1.6 readers nothing.
CARD = IdTokenType.ISO14443
_VERSIONS: Mapping[str, Sequence[OcppVersion]] = {
    **{str(version): (version,) for version in OcppVersion},
    "mixed": (OcppVersion.V16, OcppVersion.V201),
    "all": (OcppVersion.V16, OcppVersion.V201, OcppVersion.V21),
}
VERSIONS = tuple(_VERSIONS)
"""What `ocpp` of `lay_out_stations` may be: a version, or several that stations have in turn."""

_MODELS: Sequence[tuple[str, Outlet]] = (
    ("Virtual AC 7", Outlet(7_400, phases=1)),
    ("Virtual AC 11", Outlet(11_000, phases=3)),
    ("Virtual AC 22", Outlet(22_000, phases=3)),
    ("Virtual DC 50", Outlet(50_000, is_dc=True, give_power_w=10_000)),
    ("Virtual DC 150", Outlet(150_000, is_dc=True)),
)
_MODEL_WEIGHTS = (2, 5, 4, 1, 1)


def lay_out_stations(
    count: int,
    *,
    ocpp: str,
    seed: int,
    id_template: str = DEFAULT_TEMPLATE,
    passwords: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> tuple[StationPlan, ...]:
    """`count` stations of models drawn from the seed, one or two EVSEs each; `ocpp` is one of VERSIONS.

    Raises InvalidPlan for a template without `{n}` and for passwords of stations that are not among them.
    """
    if count < 1:
        raise InvalidPlan(f"a fleet has at least one station; got {count}")
    stations = tuple(
        _lay_out(number, ocpp, seed, id_template, passwords or {}, settings or Settings())
        for number in range(1, count + 1)
    )
    unknown = set(passwords or {}) - {station.station_id for station in stations}
    if unknown and len(unknown) == len(passwords or {}):
        raise InvalidPlan(f"the credentials name none of the stations; they have {min(unknown)!r}, say")
    return stations


def versions_of(ocpp: str) -> Sequence[OcppVersion]:
    """What stations have in turn; `ocpp` is one of VERSIONS."""
    return _VERSIONS[ocpp]


def read_credentials(path: Path) -> dict[str, str]:
    """Passwords by station id, from lines `station id,password`. Raises InvalidPlan naming a bad line."""
    return _read_pairs(path, "station id")


def read_passwords(path: Path) -> dict[str, str]:
    """Drivers' passwords by e-mail, from lines `e-mail,password`. Raises InvalidPlan naming a bad line."""
    return _read_pairs(path, "e-mail")


def read_tokens(path: Path) -> tuple[IdToken, ...]:
    """Tokens from lines `token` or `token,type`. Raises InvalidPlan for an unknown type and for none at all."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    tokens = tuple(_read_token(line) for line in lines if line)
    if not tokens:
        raise InvalidPlan(f"{path} has no token")
    return tokens


def split_tokens(text: str) -> tuple[IdToken, ...]:
    """Tokens from `a,b,c`."""
    return tuple(IdToken(value.strip(), CARD) for value in text.split(",") if value.strip())


def make_tokens(stations: Sequence[StationPlan]) -> tuple[IdToken, ...]:
    """One token for each EVSE, for a CSMS that takes whatever is presented."""
    count = sum(station.evse_count for station in stations)
    return tuple(IdToken(f"DRIVER{number:06d}", CARD) for number in range(1, count + 1))


def make_id(template: str, number: int) -> str:
    """The id of the station of this number. Raises InvalidPlan for a template without `{n}`."""
    try:
        return template.format(n=number)
    except (IndexError, KeyError, ValueError) as error:
        raise InvalidPlan(f"the template {template!r} is not like {DEFAULT_TEMPLATE!r}") from error


def _lay_out(
    number: int, ocpp: str, seed: int, id_template: str, passwords: Mapping[str, str], settings: Settings
) -> StationPlan:
    station_id = make_id(id_template, number)
    rng = Chance(f"{seed}|{station_id}|model")
    model, outlet = rng.one_by_weight(_MODELS, _MODEL_WEIGHTS)
    versions = versions_of(ocpp)
    return StationPlan(
        station_id=station_id,
        version=versions[(number - 1) % len(versions)],
        password=passwords.get(station_id),
        evse_count=rng.one_of((1, 2)),
        outlet=outlet,
        model=model,
        settings=settings,
    )


def _read_pairs(path: Path, name: str) -> dict[str, str]:
    passwords = {}
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if len(row) != 2:
                raise InvalidPlan(f"{path}, line {number}: expected `{name},password`")
            passwords[row[0].strip()] = row[1]
    return passwords


def _read_token(line: str) -> IdToken:
    value, comma, kind = line.partition(",")
    if not comma:
        return IdToken(value, CARD)
    try:
        return IdToken(value.strip(), IdTokenType(kind.strip()))
    except ValueError as error:
        raise InvalidPlan(f"{kind.strip()!r} is no type of token: {', '.join(IdTokenType)}") from error
