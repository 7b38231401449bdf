"""OCPP 2.0.1 O: messages on the display."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import charge
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.words import ACCEPTED, later, still_there


def _message(**fields: Json) -> Json:
    content = {"format": "UTF8", "content": "Welcome"}
    return {"id": 7, "priority": "NormalCycle", "message": content} | fields


async def show(bench: Bench, word: str, fields: Json) -> None:
    """The message is answered so; what was not asked for is not in it."""
    order = _message(**fields)
    async with bench.station() as wire:
        asked = await bench.order(wire, "SetDisplayMessage", {"message": order}, answer={"status": word})
        extra = asked["message"].keys() - order.keys()
        require(not extra, f"The message has {', '.join(sorted(extra))}, which was not asked for.")
        await still_there(wire)


async def show_in_a_session(bench: Bench, fields: Json) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        order = {"message": _message(transactionId=transaction.id, **fields)}
        await bench.order(wire, "SetDisplayMessage", order, answer=ACCEPTED)
        await transaction.end(token=token)


async def show_again(bench: Bench) -> None:
    async with bench.station() as wire:
        for text in ("Welcome", "Goodbye"):
            order = {"message": _message(message={"format": "UTF8", "content": text})}
            await bench.order(wire, "SetDisplayMessage", order, answer=ACCEPTED)


async def read_messages(bench: Bench, criteria: Json, word: str = "Accepted") -> None:
    async with bench.station() as wire:
        order = {"requestId": 9} | criteria
        asked = await bench.order(wire, "GetDisplayMessages", order, answer={"status": word})
        require(asked.keys() == order.keys(), f"GetDisplayMessages asks for {asked}; {order} is due.")
        if word != "Accepted":
            await still_there(wire)
            return
        for number, is_last in ((7, False), (8, True)):
            await wire.call(
                "NotifyDisplayMessages",
                requestId=asked["requestId"],
                messageInfo=[_message(id=number)],
                tbc=not is_last,
            )


async def clear_message(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "ClearDisplayMessage", {"id": 7}, answer={"status": word})
        await still_there(wire)


_SHOWS: tuple[tuple[str, str, str, Json], ...] = (
    ("01", "accepted", "Accepted", {}),
    ("10", "unknown transaction", "UnknownTransaction", {"transactionId": "nobody"}),
    ("13", "from a time on", "Accepted", {"startDateTime": later(days=30)}),
    ("14", "until a time", "Accepted", {"endDateTime": later(days=30)}),
    ("17", "priority not supported", "NotSupportedPriority", {"priority": "AlwaysFront"}),
    ("18", "state not supported", "NotSupportedState", {"state": "Faulted"}),
    ("19", "format not supported", "NotSupportedMessageFormat", {"message": {"format": "HTML", "content": "<b>x</b>"}}),
    ("25", "in a state", "Accepted", {"state": "Charging"}),
    ("26", "rejected", "Rejected", {}),
)
_READS: tuple[tuple[str, str, str, Json], ...] = (
    ("02", "all", "Accepted", {}),
    ("03", "all, of which there are none", "Unknown", {}),
    ("07", "by id", "Accepted", {"id": [7]}),
    ("08", "by priority", "Accepted", {"priority": "NormalCycle"}),
    ("09", "by state", "Accepted", {"state": "Charging"}),
    ("11", "none that fits", "Unknown", {"id": [99]}),
)
DISPLAY: Block = (
    "O display",
    (
        *(
            case(f"TC_O_{number}_CSMS", f"Show: {what}", partial(show, word=word, fields=fields), Need.COMMANDS)
            for number, what, word, fields in _SHOWS
        ),
        *(
            case(
                f"TC_O_{number}_CSMS",
                f"Show: in a session{what}",
                partial(show_in_a_session, fields=fields),
                Need.COMMANDS,
                Need.TOKENS,
            )
            for number, what, fields in (
                ("06", "", {}),
                ("27", ", from a time on", {"startDateTime": later(days=30)}),
                ("28", ", until a time", {"endDateTime": later(days=30)}),
            )
        ),
        case("TC_O_12_CSMS", "Show: in place of another", show_again, Need.COMMANDS),
        *(
            case(
                f"TC_O_{number}_CSMS", f"Read {what}", partial(read_messages, criteria=fields, word=word), Need.COMMANDS
            )
            for number, what, word, fields in _READS
        ),
        case("TC_O_04_CSMS", "Clear a message", partial(clear_message, word="Accepted"), Need.COMMANDS),
        case(
            "TC_O_05_CSMS", "Clear a message that is not there", partial(clear_message, word="Unknown"), Need.COMMANDS
        ),
    ),
)
