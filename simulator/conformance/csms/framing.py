"""OCPP-J itself, the same in every version but for the spelling: handshakes, ids, and frames that are wrong."""

import secrets
from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Case, case
from simulator.conformance.driver import Need
from simulator.conformance.rules import Answered, Refused
from simulator.conformance.words import still_there

_UNAUTHORIZED = 401
_SWITCHING = 101


async def subprotocol(bench: Bench) -> None:
    name = await bench.new_station()
    async with bench.connected(name) as wire:
        await wire.quiet(0)
    answer = await bench.handshake(name, subprotocols=("ocpp0.9",), password=bench.target.station_password)
    is_refused = answer.status != _SWITCHING or answer.subprotocol is None
    require(is_refused, f"A version that nobody speaks was agreed on: {answer.subprotocol}.")


async def password(bench: Bench) -> None:
    right = secrets.token_hex(10)
    name = await bench.new_station(password=right)
    async with bench.connected(name, password=right) as wire:
        await wire.quiet(0)
    for case_of, given in (("A wrong password", secrets.token_hex(10)), ("No password", None)):
        answer = await bench.handshake(name, password=given)
        require(answer.status == _UNAUTHORIZED, f"{case_of} was answered with HTTP {answer.status}; 401 is due.")


async def wrong_password(bench: Bench) -> None:
    name = await bench.new_station(password=secrets.token_hex(10))
    answer = await bench.handshake(name, password=secrets.token_hex(10))
    require(answer.status == _UNAUTHORIZED, f"A wrong password was answered HTTP {answer.status}; 401 is due.")


async def wrong_user(bench: Bench) -> None:
    right = secrets.token_hex(10)
    name = await bench.new_station(password=right)
    answer = await bench.handshake(name, user=f"{name}X", password=right)
    require(answer.status == _UNAUTHORIZED, f"Another station's name was answered HTTP {answer.status}; 401 is due.")


async def unknown_action(bench: Bench) -> None:
    async with bench.station() as wire:
        answer = await wire.ask("NoSuchAction", {}, is_checked=False)
        require(isinstance(answer, Refused), "An action that does not exist was answered.")
        assert isinstance(answer, Refused)
        require(
            answer.code in ("NotImplemented", "NotSupported"),
            f"An action that does not exist was refused with {answer.code}; NotImplemented is due.",
        )
        await still_there(wire)


async def missing_field(bench: Bench, codes: tuple[str, ...]) -> None:
    async with bench.station() as wire:
        answer = await wire.ask("Authorize", {}, is_checked=False)
        require(not isinstance(answer, Answered), "Authorize without a token was answered as if it had one.")
        assert isinstance(answer, Refused)
        require(answer.code in codes, f"A missing field was refused with {answer.code}; {' or '.join(codes)} is due.")
        await still_there(wire)


async def stray_answer(bench: Bench) -> None:
    async with bench.station() as wire:
        await wire.say('[3,"nobody-asked",{}]')
        await still_there(wire)


def rows(prefix: str, *, subprotocol_id: str, basic: tuple[Case, ...], codes: tuple[str, ...]) -> tuple[Case, ...]:
    """The block's cases for one version."""
    return (
        case(subprotocol_id, "Subprotocol", subprotocol),
        *basic,
        case(f"{prefix}_UNKNOWN_ACTION", "An unknown action is refused", unknown_action),
        case(
            f"{prefix}_MISSING_FIELD", "A payload without what it needs is refused", partial(missing_field, codes=codes)
        ),
        case(f"{prefix}_STRAY_ANSWER", "An answer that nobody waits for does no harm", stray_answer),
    )


ROWS_16 = rows(
    "CY_16",
    subprotocol_id="TC_088_CSMS",
    basic=(case("TC_085_CSMS", "Basic authentication", password, Need.PASSWORDS),),
    codes=("OccurenceConstraintViolation", "FormationViolation", "ProtocolError"),
)
ROWS_201 = rows(
    "CY_201",
    subprotocol_id="TC_B_58_CSMS",
    basic=(
        case("TC_A_01_CSMS", "Basic authentication", password, Need.PASSWORDS),
        case("TC_A_02_CSMS", "Basic authentication: another name", wrong_user, Need.PASSWORDS),
        case("TC_A_03_CSMS", "Basic authentication: wrong password", wrong_password, Need.PASSWORDS),
    ),
    codes=("OccurrenceConstraintViolation", "FormatViolation", "ProtocolError"),
)
