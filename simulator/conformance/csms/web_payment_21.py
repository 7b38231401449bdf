"""What OCPP 2.1 adds to C: payments by whoever scans the code that a station shows.

The code says a one-time password that station and CSMS reckon from a secret they share and the time (C25).
"""

import hashlib
import hmac
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import Transaction, state
from simulator.conformance.driver import Code, Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Reply, Wire
from simulator.conformance.words import ACCEPTED, require_status

_CHARACTERS = string.digits + string.ascii_lowercase + string.ascii_uppercase
_CONTROLLER = "WebPaymentsCtrlr"
_NEEDED = frozenset(("URLTemplate", "TOTPVersion", "ValidityTime", "Length", "SharedSecret"))


@dataclass(frozen=True, slots=True)
class Display:
    """A station that was told how its codes are made."""

    station_id: str
    variables: Mapping[str, str]

    def show(self, *, intervals_ago: int = 0, wrong: Mapping[str, str] = MappingProxyType({})) -> Code:
        """The code at EVSE 1 now, or so many changes of the password ago; `wrong` is said in place of what is right."""
        interval = int(time.time()) // int(self.variables["ValidityTime"]) - intervals_ago
        said = {
            "chargingStationId": self.station_id,
            "evse": "1",
            "version": self.variables["TOTPVersion"],
            "totp": self._password(interval),
        } | dict(wrong)
        url = self.variables["URLTemplate"]
        for name, value in said.items():
            url = url.replace(f"{{{name}}}", value)
        return Code(self.station_id, int(said["evse"]), said["version"], said["totp"], url)

    def _password(self, interval: int) -> str:
        secret = self.variables["SharedSecret"].encode()
        digest = hmac.new(secret, interval.to_bytes(8, "big"), hashlib.sha256).digest()
        start = digest[-1] & 15
        places = range(start, start + int(self.variables["Length"]))
        return "".join(_CHARACTERS[digest[place % len(digest)] % len(_CHARACTERS)] for place in places)


def _take_variables(asked: Json) -> Reply:
    kept = ("component", "variable")
    results = [{name: one[name] for name in kept} | {"attributeStatus": "Accepted"} for one in asked["setVariableData"]]
    return {"setVariableResult": results}


async def offered(bench: Bench, wire: Wire) -> Display:
    """The CSMS has said all that a station needs to know for its codes."""
    offering = bench.driver.offer_codes(wire.name)
    asked = await bench.follows(wire, "SetVariables", offering, answer=_take_variables)
    data = asked["setVariableData"]
    told = {one["variable"]["name"]: one["attributeValue"] for one in data if one["component"]["name"] == _CONTROLLER}
    missing = _NEEDED - told.keys()
    require(not missing, f"The station was not told {', '.join(sorted(missing))} of its {_CONTROLLER}.")
    return Display(wire.name, told)


async def scan(bench: Bench, wire: Wire, code: Code) -> None:
    """The station hears that somebody is about to pay at EVSE 1."""
    asked = await bench.follows(wire, "NotifyWebPaymentStarted", bench.driver.scan(code), answer=lambda _asked: {})
    require(asked["evseId"] == 1, f"NotifyWebPaymentStarted is for EVSE {asked['evseId']}; 1 is due.")


async def scan_in_vain(bench: Bench, wire: Wire, code: Code) -> None:
    """The station hears nothing."""
    await bench.in_vain(wire, bench.driver.scan(code))
    heard = [one for one in wire.heard if one.action == "NotifyWebPaymentStarted"]
    require(not heard, f"{code.url} was taken for a code of the station.")


async def pay_and_charge(bench: Bench) -> None:
    async with bench.station() as wire:
        code = (await offered(bench, wire)).show()
        await scan(bench, wire, code)
        paying = bench.driver.pay(code)
        asked = await bench.follows(wire, "RequestStartTransaction", paying, answer=lambda _asked: ACCEPTED)
        require(asked.get("evseId") == 1, f"The start is for EVSE {asked.get('evseId')}; 1 is due.")
        transaction = Transaction(wire)
        info = state("Charging") | {"remoteStartId": asked["remoteStartId"]}
        answer = await transaction.start("RemoteStart", idToken=asked["idToken"], info=info)
        require_status(answer.get("idTokenInfo", {"status": None}), "Accepted", "The start that was paid for")
        await transaction.end()


async def wrong_parameters(bench: Bench) -> None:
    async with bench.station() as wire:
        display = await offered(bench, wire)
        for wrong in ({"evse": "9"}, {"version": "v99"}, {"totp": ""}):
            await scan_in_vain(bench, wire, display.show(wrong=wrong))
        await scan(bench, wire, display.show())


async def wrong_password(bench: Bench) -> None:
    async with bench.station() as wire:
        display = await offered(bench, wire)
        length = int(display.variables["Length"])
        for wrong in (display.show(wrong={"totp": "a" * length}), display.show(intervals_ago=3)):
            await scan_in_vain(bench, wire, wrong)
        await scan(bench, wire, display.show())


WEB_PAYMENT: Block = (
    "C in 2.1: codes that are scanned",
    (
        case("TC_C_131_CSMS", "Code: paid and charged", pay_and_charge, Need.WEB_PAYMENTS),
        case("TC_C_132_CSMS", "Code: wrong parameters", wrong_parameters, Need.WEB_PAYMENTS),
        case("TC_C_133_CSMS", "Code: wrong password", wrong_password, Need.WEB_PAYMENTS),
    ),
)
