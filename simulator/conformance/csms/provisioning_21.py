"""What OCPP 2.1 adds to B, E and F: profiles with an identity, resets and interruptions that resume, other triggers."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.energy_201 import profile_of, profile_order
from simulator.conformance.csms.words_201 import boot, charge, say_boot, state, status
from simulator.conformance.driver import Need
from simulator.conformance.words import ACCEPTED, still_there

_URL = "wss://csms.example/ocpp"


async def network_profile(bench: Bench) -> None:
    profile = {
        "ocppInterface": "Any",
        "ocppTransport": "JSON",
        "messageTimeout": 30,
        "ocppCsmsUrl": _URL,
        "securityProfile": 2,
        "ocppVersion": "OCPP21",
        "identity": "CP-NEW",
        "basicAuthPassword": "a-new-password-of-32-characters!",
    }
    async with bench.station() as wire:
        order = {"configurationSlot": 2, "connectionData": profile}
        await bench.order(wire, "SetNetworkProfile", order, answer=ACCEPTED)
        await still_there(wire)


async def network_by_variables(bench: Bench) -> None:
    values = {"OcppCsmsUrl": _URL, "Identity": "CP-NEW", "SecurityProfile": "2"}
    component = {"name": "NetworkConfiguration", "instance": "2"}
    names = [{"component": component, "variable": {"name": name}} for name in values]
    order = [one | {"attributeValue": value} for one, value in zip(names, values.values(), strict=True)]
    results = [one | {"attributeStatus": "Accepted"} for one in names]
    async with bench.station() as wire:
        await bench.order(wire, "SetVariables", {"setVariableData": order}, answer={"setVariableResult": results})
        await still_there(wire)


_RESUME = {"type": "ImmediateAndResume"}


async def reset_when_idle(bench: Bench) -> None:
    async with bench.station() as wire:
        name = wire.name
        await bench.order(wire, "Reset", _RESUME, answer=ACCEPTED)
    async with bench.connected(name) as wire:
        await say_boot(wire, "RemoteReset")
        await status(wire, "Available")


async def reset_in_a_session(bench: Bench, *, has_profile: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        name = wire.name
        if has_profile:
            order = profile_order(1, profile_of("TxDefaultProfile"))
            await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        transaction = await charge(wire, token)
        await bench.order(wire, "Reset", _RESUME, answer=ACCEPTED)
        await transaction.update("ResetCommand", info=state("SuspendedEVSE"), wh=500)
    async with bench.connected(name) as wire:
        await say_boot(wire, "RemoteReset")
        transaction.move_to(wire)
        await transaction.update("TxResumed", info=state("Charging"), wh=500)
        await transaction.end(token=token)


async def resume(bench: Bench, *, sets_profile: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        name, transaction = wire.name, await charge(wire, token)
        await transaction.update(wh=500)
    async with bench.connected(name) as wire:
        await boot(wire)
        await bench.driver.until_online(name)
        transaction.move_to(wire)
        await transaction.update("TxResumed", info=state("Charging"), wh=500)
        if sets_profile:
            order = profile_order(1, profile_of("TxProfile", "Relative", transactionId=transaction.id))
            await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        await transaction.end(token=token)


async def custom_trigger(bench: Bench) -> None:
    order = {"requestedMessage": "CustomTrigger", "customTrigger": "SelfTest"}
    async with bench.station() as wire:
        asked = await bench.order(wire, "TriggerMessage", order, answer=ACCEPTED)
        require("evse" not in asked, f"TriggerMessage names the EVSE {asked.get('evse')}; none is due.")
        await still_there(wire)


PROVISIONING: Block = (
    "B, E, F in 2.1: profiles, resuming, triggers",
    (
        case("TC_B_100_CSMS", "Network profile with an identity and a password", network_profile, Need.COMMANDS),
        case("TC_B_105_CSMS", "Network configuration by variables", network_by_variables, Need.COMMANDS),
        case("TC_B_104_CSMS", "Reset that resumes, when idle", reset_when_idle, Need.COMMANDS),
        case(
            "TC_B_103_CSMS",
            "Reset that resumes the session",
            partial(reset_in_a_session, has_profile=False),
            Need.COMMANDS,
            Need.TOKENS,
        ),
        case(
            "TC_B_116_CSMS",
            "Reset that resumes the session with its profile",
            partial(reset_in_a_session, has_profile=True),
            Need.COMMANDS,
            Need.TOKENS,
            Need.SMART_CHARGING,
        ),
        case("TC_E_113_CSMS", "The session is resumed", partial(resume, sets_profile=False), Need.TOKENS),
        case(
            "TC_E_117_CSMS",
            "The session is resumed, and gets its profile",
            partial(resume, sets_profile=True),
            Need.COMMANDS,
            Need.TOKENS,
            Need.SMART_CHARGING,
        ),
        case("TC_F_100_CSMS", "Trigger of a vendor's own", custom_trigger, Need.COMMANDS, Need.REMOTE_TRIGGER),
    ),
)
