"""Tariffs of a 2.1 station: its defaults, drivers' own, and what later messages say of them."""

from decimal import Decimal

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.blocks.tariff_and_cost.messages import (
    ChangeTransactionTariff,
    ClearedTariff,
    ClearTariffs,
    ClearTariffsReply,
    GetTariffs,
    SetDefaultTariff,
    TariffAssignment,
    TariffKind,
    TariffsReply,
)
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import TransactionId
from protocol.domain.tariff import Prices, Tariff, TariffPrice
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask

V21 = OcppVersion.V21
DEFAULT, DRIVER = TariffKind.DEFAULT, TariffKind.DRIVER


def tariff(name: str, *, currency: str = "EUR", price: str = "0.25", prices: int = 1) -> Tariff:
    return Tariff(name, currency, energy=Prices((TariffPrice(Decimal(price)),) * prices))


def status(world: World, message: object) -> str:
    return str(ask(world, message).status)  # type: ignore[attr-defined]


def start(world: World) -> TransactionId:
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert transaction.transaction_id is not None
    return transaction.transaction_id


def test_default_is_that_of_one_evse_or_of_all() -> None:
    world = booted(V21, evse_count=3)
    assert ask(world, GetTariffs()) == TariffsReply("NoTariff")

    assert status(world, SetDefaultTariff(tariff("ALL"))) == "Accepted"
    assert status(world, SetDefaultTariff(tariff("TWO"), evse=2)) == "Accepted"

    both = (TariffAssignment("ALL", DEFAULT, evses=(1, 3)), TariffAssignment("TWO", DEFAULT, evses=(2,)))
    assert ask(world, GetTariffs()) == TariffsReply("Accepted", both)
    assert ask(world, GetTariffs(2)) == TariffsReply("Accepted", both[1:])
    assert status(world, SetDefaultTariff(tariff("NEW"))) == "Accepted"
    assert ask(world, GetTariffs()).assignments == (TariffAssignment("NEW", DEFAULT, evses=(1, 2, 3)),)  # type: ignore[attr-defined]
    assert ask(world, GetTariffs(9)) == TariffsReply("Rejected", reason="UnknownEVSE")


def test_tariff_that_cannot_be_a_default_gets_its_own_status() -> None:
    world = booted(V21, evse_count=2)
    ask(world, SetDefaultTariff(tariff("T"), evse=1))

    assert status(world, SetDefaultTariff(tariff("T", price="0.5"), evse=2)) == "DuplicateTariffId"
    assert status(world, SetDefaultTariff(tariff("T", price="0.5"), evse=1)) == "Accepted"
    assert status(world, SetDefaultTariff(tariff("U"), evse=9)) == "Rejected"
    assert status(world, SetDefaultTariff(tariff("U", prices=21))) == "TooManyElements"


def test_tariffs_that_are_cleared_are_gone() -> None:
    world = booted(V21, evse_count=2)
    assert ask(world, ClearTariffs()) == ClearTariffsReply((ClearedTariff("NoTariff"),))
    ask(world, SetDefaultTariff(tariff("ALL")))
    ask(world, SetDefaultTariff(tariff("TWO"), evse=2))

    cleared = ask(world, ClearTariffs(("TWO", "NONE")))

    assert cleared == ClearTariffsReply((ClearedTariff("Accepted", "TWO"), ClearedTariff("NoTariff", "NONE")))
    assert ask(world, GetTariffs(2)) == TariffsReply("NoTariff")
    assert ask(world, ClearTariffs(evse=9)) == ClearTariffsReply((ClearedTariff("Rejected"),))
    assert ask(world, ClearTariffs(evse=1)) == ClearTariffsReply((ClearedTariff("Accepted", "ALL"),))
    assert ask(world, GetTariffs()) == TariffsReply("NoTariff")


def test_transaction_says_the_tariff_that_it_goes_by() -> None:
    world = booted(V21)
    ask(world, SetDefaultTariff(tariff("ALL")))
    name = start(world)

    assert status(world, ChangeTransactionTariff(name, tariff("NIGHT"))) == "Accepted"
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    assert [one.tariff_id for one in world.csms.of(TransactionStart)] == ["ALL"]
    changed = [one.tariff_id for one in world.csms.of(TransactionUpdate) if one.trigger == "TariffChanged"]
    assert changed == ["NIGHT"]
    assert [one.tariff_id for one in world.csms.of(TransactionEnd)] == ["NIGHT"]


def test_tariff_of_a_transaction_changes_in_its_own_currency_alone() -> None:
    world = booted(V21)
    ask(world, SetDefaultTariff(tariff("ALL")))
    name = start(world)

    assert status(world, ChangeTransactionTariff(name, tariff("N", currency="CHF"))) == "NoCurrencyChange"
    assert status(world, ChangeTransactionTariff(TransactionId("no"), tariff("N"))) == "TxNotFound"


def test_driver_s_own_tariff_comes_with_the_verdict_and_leads() -> None:
    world = booted(V21)
    ask(world, SetDefaultTariff(tariff("ALL")))
    world.csms.scripts[Authorize] = lambda _: AuthorizeReply(
        IdTokenInfo(AuthorizationStatus.ACCEPTED), tariff=tariff("MINE")
    )

    start(world)

    assert [one.tariff_id for one in world.csms.of(TransactionStart)] == ["MINE"]
    assert TariffAssignment("MINE", DRIVER, id_tokens=(TOKEN.value,)) in ask(world, GetTariffs()).assignments  # type: ignore[attr-defined]
