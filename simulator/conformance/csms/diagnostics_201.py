"""OCPP 2.0.1 N: logs, and what a station knows of a customer."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import HASHES, id_token
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, now, still_there

_TOKEN = {"idToken": id_token("CARD0077")}


async def order_log(bench: Bench, wire: Wire, kind: str, number: int, *, word: str = "Accepted") -> int:
    """The id of the request, which is answered so."""
    order = {"logType": kind, "requestId": number, "log": {"remoteLocation": "https://files.example/uploads"}}
    answer = {"status": word} | ({} if word == "Rejected" else {"filename": "station.log"})
    return int((await bench.order(wire, "GetLog", order, answer=answer))["requestId"])


async def report(wire: Wire, request: int, *words: str) -> None:
    """How far the upload has come, word by word."""
    for word in words:
        await wire.call("LogStatusNotification", status=word, requestId=request)


async def fetch_log(bench: Bench, kind: str) -> None:
    async with bench.station() as wire:
        request = await order_log(bench, wire, kind, 25)
        await report(wire, request, "Uploading", "Uploaded")


async def log_refused(bench: Bench) -> None:
    async with bench.station() as wire:
        await order_log(bench, wire, "DiagnosticsLog", 34, word="Rejected")
        await still_there(wire)


async def second_log(bench: Bench) -> None:
    async with bench.station() as wire:
        first = await order_log(bench, wire, "DiagnosticsLog", 36)
        await report(wire, first, "Uploading")
        second = await order_log(bench, wire, "DiagnosticsLog", 37, word="AcceptedCanceled")
        require(second != first, f"Two requests for a log have the same id: {first}.")
        await report(wire, first, "AcceptedCanceled")
        await report(wire, second, "Uploading", "Uploaded")


async def ask_customer(bench: Bench, wire: Wire, customer: Json, *, report: bool, clear: bool, word: str) -> int:
    """The id of the request, which is answered so and says nothing of any other customer."""
    order = {"requestId": 27, "report": report, "clear": clear} | customer
    asked = await bench.order(wire, "CustomerInformation", order, answer={"status": word})
    extra = asked.keys() - order.keys()
    require(not extra, f"CustomerInformation has {', '.join(sorted(extra))}, which was not asked for.")
    return int(asked["requestId"])


async def customer(
    bench: Bench, named: Json, *, report: bool = True, clear: bool = False, parts: tuple[str, ...] = ()
) -> None:
    async with bench.station() as wire:
        request = await ask_customer(bench, wire, named, report=report, clear=clear, word="Accepted")
        for number, text in enumerate(parts):
            more = {"tbc": True} if number < len(parts) - 1 else {}
            body = {"data": text, "seqNo": number, "generatedAt": now(), "requestId": request} | more
            await wire.call("NotifyCustomerInformation", **body)
        await still_there(wire)


async def customer_refused(bench: Bench) -> None:
    async with bench.station() as wire:
        await ask_customer(bench, wire, _TOKEN, report=True, clear=False, word="Rejected")
        await still_there(wire)


async def customer_leaves_the_list(bench: Bench) -> None:
    """The customer is forgotten by the station, and its token is taken off the local list."""
    update = {
        "versionNumber": 2,
        "updateType": "Differential",
        "localAuthorizationList": [_TOKEN],
    }
    async with bench.station() as wire:
        await ask_customer(bench, wire, _TOKEN, report=False, clear=True, word="Accepted")
        asked = await bench.order(wire, "SendLocalList", update, answer=ACCEPTED)
        require("idTokenInfo" not in asked["localAuthorizationList"][0], "The token stays on the list; it is to go.")


_TOLD, _NOTHING = ("Jane Doe, ", "two visits"), ("",)
_IDENTIFIER = {"customerIdentifier": "customer-7"}
_CERTIFICATE = {"customerCertificate": HASHES}
DIAGNOSTICS: Block = (
    "N diagnostics",
    (
        case("TC_N_25_CSMS", "Diagnostics log", partial(fetch_log, kind="DiagnosticsLog"), Need.COMMANDS),
        case("TC_N_34_CSMS", "Log: rejected", log_refused, Need.COMMANDS),
        case("TC_N_35_CSMS", "Security log", partial(fetch_log, kind="SecurityLog"), Need.COMMANDS),
        case("TC_N_36_CSMS", "A second log cancels the first", second_log, Need.COMMANDS),
        *(
            case(
                f"TC_N_{number}_CSMS",
                f"Customer: {what}",
                partial(customer, named=named, report=report, clear=clear, parts=parts),
                Need.COMMANDS,
            )
            for number, what, named, report, clear, parts in (
                ("27", "reported", _TOKEN, True, False, _TOLD),
                ("28", "reported, nothing is known", _TOKEN, True, False, _NOTHING),
                ("30", "reported and forgotten", _TOKEN, True, True, _TOLD),
                ("31", "forgotten, nothing is known", _TOKEN, True, True, _NOTHING),
                ("32", "forgotten without a report", _TOKEN, False, True, ()),
                ("62", "forgotten by an identifier", _IDENTIFIER, True, True, _TOLD),
                ("63", "forgotten by a certificate", _CERTIFICATE, True, True, _TOLD),
            )
        ),
        case("TC_N_29_CSMS", "Customer: rejected", customer_refused, Need.COMMANDS),
        case(
            "TC_N_46_CSMS",
            "Customer: forgotten, and off the local list",
            customer_leaves_the_list,
            Need.COMMANDS,
            Need.LOCAL_LIST,
        ),
    ),
)
