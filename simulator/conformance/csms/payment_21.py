"""What OCPP 2.1 adds to C: prepaid cards, and payments by the station's own terminal."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import Transaction, authorize, state
from simulator.conformance.driver import Need, TokenKind
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import now, require_status, still_there


async def prepaid(bench: Bench) -> None:
    """Whoever has credit charges, and no longer than it lasts."""
    token = await bench.token(TokenKind.PREPAID)
    async with bench.station() as wire:
        await authorize(wire, token)
        transaction = Transaction(wire)
        answer = await transaction.start(token=token, info=state("Charging"))
        limit = answer.get("transactionLimit", {}).get("maxCost", 0)
        require(limit > 0, f"The start by a prepaid card was answered the transactionLimit {limit}; its credit is due.")
        await transaction.end(token=token)


async def prepaid_without_credit(bench: Bench) -> None:
    token = await bench.token(TokenKind.SPENT)
    async with bench.station() as wire:
        await authorize(wire, token, "NoCredit")


async def paid_at_the_terminal(wire: Wire, *, wh: float = 4_000, reason: str = "Local") -> tuple[Transaction, Json]:
    """A transaction that the terminal's payment authorised, and what its end was answered."""
    transaction = Transaction(wire)
    reference = {"idToken": f"psp-{transaction.id[:12]}", "type": "DirectPayment"}
    started = await transaction.start(idToken=reference, info=state("Charging"))
    require_status(started.get("idTokenInfo", {"status": None}), "Accepted", "The start by a terminal's payment")
    return transaction, await transaction.end(wh=wh, reason=reason)


async def settle(wire: Wire, transaction: Transaction, word: str, amount: float, **fields: Json) -> Json:
    """The answer to how the terminal's payment was settled."""
    body = {
        "transactionId": transaction.id,
        "pspRef": f"psp-{transaction.id[:12]}",
        "status": word,
        "settlementAmount": amount,
        "settlementTime": now(),
    }
    return await wire.call("NotifySettlement", **(body | fields))


async def settled_by_the_csms(bench: Bench) -> None:
    """The end is answered with the cost and with where the receipt is."""
    name = await bench.new_station(settles=True)
    async with bench.connected(name) as wire:
        await bench.boot(wire)
        _, ended = await paid_at_the_terminal(wire)
        require(ended.get("totalCost", 0) > 0, f"The end was answered the totalCost {ended.get('totalCost')}.")
        message = ended.get("updatedPersonalMessage", {})
        require(message.get("format") == "URI", "The end was answered without the address of a receipt.")


async def settled_by_the_station(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction, _ = await paid_at_the_terminal(wire)
        answer = await settle(wire, transaction, "Settled", 2.0)
        require(answer.get("receiptId") and answer.get("receiptUrl"), "The settlement was answered without a receipt.")


async def settlement_fails(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        transaction, _ = await paid_at_the_terminal(wire)
        await settle(wire, transaction, word, 2.0, statusInfo="the bank said no")
        await still_there(wire)


async def payment_is_cancelled(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction, _ = await paid_at_the_terminal(wire, wh=0, reason="Other")
        await settle(wire, transaction, "Canceled", 0.0)
        await still_there(wire)


async def cost_of_the_csms(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction, ended = await paid_at_the_terminal(wire, wh=6_000)
        require(ended.get("totalCost", 0) > 0, f"The end was answered the totalCost {ended.get('totalCost')}.")
        await settle(wire, transaction, "Settled", ended["totalCost"])


async def cost_of_the_station(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction, _ = await paid_at_the_terminal(wire)
        own = {"receiptId": "r1", "receiptUrl": "http://receipts.example/1"}
        answer = await settle(wire, transaction, "Settled", 1.5, **own)
        require("receiptId" not in answer, "The station has a receipt of its own, and the CSMS made another.")


async def vat_number(bench: Bench) -> None:
    async with bench.station() as wire:
        known = await wire.call("VatNumberValidation", vatNumber=bench.target.vat_number, evseId=1)
        require_status(known, "Accepted", "VatNumberValidation")
        require(known.get("company", {}).get("name"), "The company of the VAT number was not told.")
        unknown = await wire.call("VatNumberValidation", vatNumber="XX000000000")
        require_status(unknown, "Rejected", "VatNumberValidation of a number that nobody has")


_TERMINAL = (Need.TERMINAL, Need.COSTS)
PAYMENT: Block = (
    "C in 2.1: prepaid cards, terminals",
    (
        case("TC_C_103_CSMS", "Prepaid card with credit", prepaid, Need.PREPAID),
        case("TC_C_104_CSMS", "Prepaid card without credit", prepaid_without_credit, Need.PREPAID),
        case("TC_C_108_CSMS", "VAT number", vat_number, Need.VAT),
        case("TC_C_113_CSMS", "Terminal: cancelled after the start", payment_is_cancelled, Need.TERMINAL),
        case("TC_C_117_CSMS", "Terminal: settled by the CSMS", settled_by_the_csms, *_TERMINAL),
        case("TC_C_118_CSMS", "Terminal: settled by the station", settled_by_the_station, Need.TERMINAL),
        case("TC_C_119_CSMS", "Terminal: settlement fails", partial(settlement_fails, word="Failed"), Need.TERMINAL),
        case(
            "TC_C_120_CSMS",
            "Terminal: settlement is rejected",
            partial(settlement_fails, word="Rejected"),
            Need.TERMINAL,
        ),
        case("TC_C_125_CSMS", "Terminal: the CSMS counts the cost", cost_of_the_csms, *_TERMINAL),
        case("TC_C_126_CSMS", "Terminal: the station counts the cost", cost_of_the_station, Need.TERMINAL),
    ),
)
