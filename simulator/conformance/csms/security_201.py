"""OCPP 2.0.1 A: passwords, TLS, certificates of stations, security profiles."""

import secrets
from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms import access, framing
from simulator.conformance.csms.access import PasswordWords, Signing
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.words import ACCEPTED

_PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
_PRIORITY = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}
_LENGTHS = range(16, 41)


def _is_password(asked: Json) -> bool:
    return [{name: one[name] for name in _PASSWORD} for one in asked["setVariableData"]] == [_PASSWORD]


def _read_password(asked: Json) -> str:
    """BasicAuthPassword has 16 to 40 characters (OCPP 2.0.1 A00.FR.205)."""
    password = str(asked["setVariableData"][0]["attributeValue"])
    require(len(password) in _LENGTHS, f"The password has {len(password)} characters; 16 to 40 are due.")
    return password


_WORDS = PasswordWords(
    "SetVariables",
    {"setVariableData": [_PASSWORD | {"attributeValue": secrets.token_hex(16)}]},
    _is_password,
    _read_password,
    accepted={"setVariableResult": [_PASSWORD | {"attributeStatus": "Accepted"}]},
    rejected={"setVariableResult": [_PASSWORD | {"attributeStatus": "Rejected"}]},
)


def _signing(requested: str, **kind: str) -> Signing:
    return Signing("TriggerMessage", requested, kind)


_STATION = _signing("SignChargingStationCertificate", certificateType="ChargingStationCertificate")
_V2G = _signing("SignV2GCertificate", certificateType="V2GCertificate")
_COMBINED = _signing("SignCombinedCertificate")


async def raise_profile(bench: Bench) -> None:
    """The CSMS writes a slot with a higher security profile, puts it first, and resets (A05)."""
    password = secrets.token_hex(10)
    profile = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": bench.target.secured_url or bench.target.url,
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    }
    async with bench.station(password=password) as wire:
        slot = {"configurationSlot": 2, "connectionData": profile}
        await bench.order(wire, "SetNetworkProfile", slot, answer=ACCEPTED)
        first = {"setVariableData": [_PRIORITY | {"attributeValue": "2"}]}
        result = {"setVariableResult": [_PRIORITY | {"attributeStatus": "Accepted"}]}
        await bench.order(wire, "SetVariables", first, answer=result)
        await access.raise_profile(bench, wire, password, reset="OnIdle")


_PASSWORDS = (Need.COMMANDS, Need.PASSWORDS)
_SIGNING = (Need.COMMANDS, Need.SECURITY, Need.SIGNING)
SECURITY: Block = (
    "A security, OCPP-J",
    (
        *framing.ROWS_201,
        case("TC_A_04_CSMS", "TLS: certificate of the CSMS", access.server_certificate, Need.TLS, Need.PASSWORDS),
        case("TC_A_06_CSMS", "TLS: a version that is too old", access.outdated_tls, Need.TLS, Need.PASSWORDS),
        case(
            "TC_A_07_CSMS",
            "TLS: certificate of the station",
            partial(access.own_certificate, signing=_STATION),
            Need.TLS,
            *_SIGNING,
        ),
        case(
            "TC_A_08_CSMS",
            "TLS: certificate of a stranger",
            partial(access.certificate_of_a_stranger, signing=_STATION),
            Need.TLS,
            *_SIGNING,
        ),
        case("TC_A_09_CSMS", "New password", partial(access.change_password, words=_WORDS), *_PASSWORDS),
        case("TC_A_10_CSMS", "New password: rejected", partial(access.password_is_rejected, words=_WORDS), *_PASSWORDS),
        case(
            "TC_A_11_CSMS",
            "New certificate of the station",
            partial(access.renew_certificate, signing=_STATION, opens=True),
            Need.TLS,
            *_SIGNING,
        ),
        case(
            "TC_A_12_CSMS",
            "New certificate for vehicles",
            partial(access.renew_certificate, signing=_V2G, opens=False),
            *_SIGNING,
        ),
        case(
            "TC_A_13_CSMS",
            "New certificate for both",
            partial(access.renew_certificate, signing=_COMBINED, opens=True),
            Need.TLS,
            *_SIGNING,
        ),
        case(
            "TC_A_14_CSMS",
            "New certificate: rejected",
            partial(access.certificate_is_rejected, signing=_STATION, event="InvalidChargingStationCertificate"),
            *_SIGNING,
        ),
        case("TC_A_19_CSMS", "Raise the security profile", raise_profile, Need.TLS, Need.SECURITY, *_PASSWORDS),
    ),
)
