"""OCPP 2.0.1 C and I, what goes beyond a card: groups on the local list, master passes, contracts, and costs."""

from functools import partial

from simulator.conformance.certificates import issue_of_ones_own
from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import Transaction, authorize, charge, id_token, state, status
from simulator.conformance.driver import Need, TokenKind
from simulator.conformance.rules import Json
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED

_BAD = ("Invalid", "Blocked", "Unknown", "Expired")


async def send_group(bench: Bench, wire: Wire, group: str, *entries: tuple[str, str]) -> None:
    """The station gets a list of these tokens with what to say of them; all are of the group."""
    listed = [
        {
            "idToken": id_token(token),
            "idTokenInfo": {"status": word, "groupIdToken": {"idToken": group, "type": "Central"}},
        }
        for token, word in entries
    ]
    order = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": listed}
    await bench.order(wire, "SendLocalList", order, answer=ACCEPTED)


async def listed_group_stops(bench: Bench) -> None:
    group = bench.unknown_token()[-18:]
    one, other = await bench.token(group=group), await bench.token(group=group)
    async with bench.station() as wire:
        await send_group(bench, wire, group, (one, "Accepted"), (other, "Accepted"))
        transaction = await charge(wire, one)
        await transaction.end(token=other)


async def listed_as_bad(bench: Bench) -> None:
    group = bench.unknown_token()[-18:]
    one, other = await bench.token(group=group), await bench.token(TokenKind.BLOCKED, group=group)
    async with bench.station() as wire:
        await send_group(bench, wire, group, (other, "Invalid"))
        transaction = await charge(wire, one)
        await authorize(wire, other, *_BAD)
        await transaction.end(token=one)


async def master_pass(bench: Bench, stops: int) -> None:
    """Two sessions run, of which the master pass stops so many; whoever began the other ends it."""
    tokens = [await bench.token(), await bench.token()]
    master = await bench.token(TokenKind.MASTER_PASS)
    async with bench.station(evses=2) as wire:
        await status(wire, "Available", evse=2)
        running = [Transaction(wire), Transaction(wire)]
        for number, transaction in enumerate(running):
            place = {"id": number + 1, "connectorId": 1}
            await transaction.start(token=tokens[number], evse=place, info=state("Charging"))
        info = await authorize(wire, master)
        require("groupIdToken" in info, "The master pass was answered without its group.")
        for number, transaction in enumerate(running):
            if number < stops:
                await transaction.end(reason="MasterPass", token=master)
            else:
                await transaction.end(token=tokens[number])


async def present_contract(wire: Wire, value: str, words: tuple[str, str], **certificate: Json) -> None:
    """What is said of the token, and of its certificate."""
    token = {"idToken": value, "type": "eMAID"}
    answer = await wire.call("Authorize", idToken=token, **certificate)
    found = (answer["idTokenInfo"]["status"], answer.get("certificateStatus"))
    require(found == words, f"The contract was answered {found}; {words} is due.")


def _named(serial: str) -> Json:
    names = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": serial}
    return [names | {"responderURL": "http://ocsp.example"}]


async def contract_by_name(bench: Bench, kind: TokenKind, words: tuple[str, str]) -> None:
    """The station has checked the certificate, and names it."""
    token = await bench.new_token(kind)
    async with bench.station() as wire:
        await present_contract(wire, token.value, words, iso15118CertificateHashData=_named(token.serial))
        if words[0] == "Accepted":
            transaction = Transaction(wire)
            await transaction.start(idToken={"idToken": token.value, "type": "eMAID"}, info=state("Charging"))
            await transaction.end()


async def contract_as_a_whole(bench: Bench) -> None:
    """The CSMS checks the certificate, and finds out one that is not signed as it says."""
    token = await bench.new_token(TokenKind.CONTRACT)
    contract, stranger = issue_of_ones_own("Contract"), issue_of_ones_own("Contract")
    await bench.driver.trust_contracts(contract.root)
    async with bench.station() as wire:
        await present_contract(wire, token.value, ("Accepted", "Accepted"), certificate=contract.chain)
        body = {"idToken": {"idToken": token.value, "type": "eMAID"}, "certificate": contract.leaf + stranger.root}
        answer = await wire.call("Authorize", **body)
        found = answer["idTokenInfo"]["status"]
        require(found != "Accepted", "A contract whose certificate is not signed by the one above it was accepted.")


async def running_cost(bench: Bench) -> None:
    """The CSMS says by itself what a session that goes on has cost so far."""
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        told = wire.expect("CostUpdated", lambda asked: bool(asked["transactionId"] == transaction.id))
        for _ in range(round(bench.target.patience_s)):
            await transaction.update(wh=10_000)
            if told.arrived.done():
                break
            await wire.quiet(1.0)
        else:
            raise Failed(f"No CostUpdated came while the session went on for {bench.target.patience_s:g} s.")
        asked = await told.within(0)
        await wire.reply(asked, {})
        require(asked.payload["totalCost"] > 0, f"CostUpdated says {asked.payload['totalCost']}; 10 kWh cost more.")
        await transaction.end(token=token, wh=12_000)


async def final_cost(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        answer = await transaction.end(token=token, wh=14_000)
        require(
            answer.get("totalCost", 0) > 0, f"The end of 14 kWh was answered the totalCost {answer.get('totalCost')}."
        )
        await status(wire, "Available")


_LISTED = (Need.COMMANDS, Need.TOKENS, Need.GROUPS, Need.LOCAL_LIST)
CONTRACTS: Block = (
    "C authorization by others",
    (
        case("TC_C_40_CSMS", "Local list: a token of the group stops the session", listed_group_stops, *_LISTED),
        case("TC_C_43_CSMS", "Local list: a token of the group is bad", listed_as_bad, Need.BAD_TOKENS, *_LISTED),
        *(
            case(
                f"TC_C_{number}_CSMS",
                f"Master pass stops {what}",
                partial(master_pass, stops=stops),
                Need.TOKENS,
                Need.MASTER_PASSES,
            )
            for number, what, stops in (
                ("47", "all that is shown", 2),
                ("48", "the one that is chosen", 1),
                ("49", "all, without a display", 2),
            )
        ),
        case(
            "TC_C_50_CSMS",
            "Contract that the station has checked",
            partial(contract_by_name, kind=TokenKind.CONTRACT, words=("Accepted", "Accepted")),
            Need.CONTRACTS,
        ),
        case(
            "TC_C_51_CSMS",
            "Contract that was revoked",
            partial(contract_by_name, kind=TokenKind.REVOKED_CONTRACT, words=("Invalid", "CertificateRevoked")),
            Need.CONTRACTS,
        ),
        case("TC_C_52_CSMS", "Contract that the CSMS checks", contract_as_a_whole, Need.CONTRACTS),
    ),
)
COSTS: Block = (
    "I costs",
    (
        case("TC_I_01_CSMS", "Running cost", running_cost, Need.TOKENS, Need.COSTS),
        case("TC_I_02_CSMS", "Cost at the end", final_cost, Need.TOKENS, Need.COSTS),
    ),
)
