"""Cases that both versions have in the same words."""

from simulator.conformance.checks import require
from simulator.conformance.station.case import StationBench
from simulator.conformance.station.yard import actions_of

NOT_THERE = ("NotImplemented", "NotSupported")
MALFORMED = (
    "FormationViolation",
    "FormatViolation",
    "OccurenceConstraintViolation",
    "OccurrenceConstraintViolation",
    "PropertyConstraintViolation",
    "TypeConstraintViolation",
    "ProtocolError",
)


async def cold_boot(bench: StationBench) -> None:
    """The boot is the first word on the station's first socket."""
    wire = await bench.wire()
    await bench.said(wire, "BootNotification")
    require(actions_of(wire)[0] == "BootNotification", f"The first message is {actions_of(wire)[0]}; a boot is due.")
    await bench.said(wire, "StatusNotification")


async def heartbeats(bench: StationBench) -> None:
    wire = await bench.wire()
    for _ in range(2):
        await wire.expect("Heartbeat", is_answered=True).within(bench.yard.heartbeat_s + bench.yard.patience_s)


async def unknown_action(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.refused(wire, "NoSuchAction", {}, *NOT_THERE)


async def malformed(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.refused(wire, "Reset", {}, *MALFORMED)
    await bench.refused(wire, "Reset", {"type": 7}, *MALFORMED)


async def clear_cache(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.command(wire, "ClearCache", {}, "Accepted", "Rejected")


async def data_transfer(bench: StationBench) -> None:
    wire = await bench.wire()
    payload = {"vendorId": "com.example.nobody", "messageId": "x", "data": "y"}
    await bench.command(wire, "DataTransfer", payload, "UnknownVendorId", "UnknownMessageId", "Rejected")


async def trigger_heartbeat(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.follow(wire, "TriggerMessage", {"requestedMessage": "Heartbeat"}, "Accepted", then="Heartbeat")
