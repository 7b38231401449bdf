"""Tariffs that the station has, and what a charge has cost so far (OCPP 2.0.1 I02; OCPP 2.1 I07 to I11).

Invariants:
1. An EVSE has one default tariff: its own, or else the station's.
2. A tariff's id names one tariff: it is not given to another one that is still there.
3. The tariff of a running transaction stays as it was told, whatever becomes of the defaults.
"""

from protocol.blocks.tariff_and_cost.messages import (
    ChangeTransactionTariff,
    ClearedTariff,
    ClearTariffs,
    ClearTariffsReply,
    CostUpdated,
    GetTariffs,
    SetDefaultTariff,
    TariffAssignment,
    TariffKind,
    TariffsReply,
)
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.tariff import Prices, Tariff
from simulator.behaviours import transactions
from simulator.state import StationState

MAX_ELEMENTS = 20


def on_cost(state: StationState, message: CostUpdated, now: float) -> Heard:
    """The display shows it while the transaction runs (OCPP 2.0.1 I02), and a limit may be reached (OCPP 2.1 E16)."""
    evse = state.find_transaction(message.transaction_id)
    if evse is not None and evse.transaction is not None:
        transactions.show_cost(state, evse.transaction, message.total_cost)
        transactions.on_limit_due(state, evse, now)
    return Heard()


def on_set_default(state: StationState, message: SetDefaultTariff, _now: float) -> CommandReply:
    """It is the EVSE's, or that of all EVSEs, in the place of the one before (I07)."""
    places = _places(state, message.evse)
    if not places:
        return CommandReply(status="Rejected", reason="UnknownEVSE")
    if _count_elements(message.tariff) > MAX_ELEMENTS:
        return CommandReply(status="TooManyElements")
    others = [one for where, one in state.tariffs.items() if where not in places]
    if any(one.tariff_id == message.tariff.tariff_id and one != message.tariff for one in others):
        return CommandReply(status="DuplicateTariffId")
    state.tariffs = {**state.tariffs, **dict.fromkeys(places, message.tariff)}
    return CommandReply(status="Accepted")


def on_get(state: StationState, message: GetTariffs, _now: float) -> TariffsReply:
    """The defaults, each with its EVSEs, and the drivers' own of transactions that run (I09)."""
    places = _places(state, message.evse)
    if not places:
        return TariffsReply(status="Rejected", reason="UnknownEVSE")
    evses = [evse for evse in state.evses if evse.number in places]
    defaults: dict[str, list[int]] = {}
    tariffs: dict[str, Tariff] = {}
    for evse in evses:
        tariff = state.default_tariff(evse.number)
        if tariff is not None:
            defaults.setdefault(tariff.tariff_id, []).append(evse.number)
            tariffs[tariff.tariff_id] = tariff
    found = [
        TariffAssignment(name, TariffKind.DEFAULT, valid_from=tariffs[name].valid_from, evses=tuple(numbers))
        for name, numbers in defaults.items()
    ]
    running = (evse.transaction for evse in evses if evse.transaction is not None)
    found += [
        TariffAssignment(one.tariff.tariff_id, TariffKind.DRIVER, id_tokens=(one.id_token.value,))
        for one in running
        if one.tariff is not None
    ]
    return TariffsReply(status="Accepted" if found else "NoTariff", assignments=tuple(found))


def on_clear(state: StationState, message: ClearTariffs, _now: float) -> ClearTariffsReply:
    """They are no defaults any more; a transaction that runs keeps its own (I10)."""
    places = _places(state, message.evse)
    if not places:
        return ClearTariffsReply((ClearedTariff("Rejected"),))
    gone = {
        place: tariff
        for place, tariff in state.tariffs.items()
        if place in places and (not message.tariff_ids or tariff.tariff_id in message.tariff_ids)
    }
    state.tariffs = {place: tariff for place, tariff in state.tariffs.items() if place not in gone}
    cleared = {tariff.tariff_id for tariff in gone.values()}
    names = message.tariff_ids or tuple(sorted(cleared))
    if not names:
        return ClearTariffsReply((ClearedTariff("NoTariff"),))
    return ClearTariffsReply(
        tuple(ClearedTariff("Accepted" if name in cleared else "NoTariff", name) for name in names)
    )


def on_change(state: StationState, message: ChangeTransactionTariff, now: float) -> CommandReply:
    """The transaction has this tariff from now on, and says so; in another currency it cannot (I11)."""
    evse = state.find_transaction(message.transaction_id)
    if evse is None or evse.transaction is None:
        return CommandReply(status="TxNotFound")
    if _count_elements(message.tariff) > MAX_ELEMENTS:
        return CommandReply(status="TooManyElements")
    before = evse.transaction.tariff or state.default_tariff(evse.number)
    if before is not None and before.currency != message.tariff.currency:
        return CommandReply(status="NoCurrencyChange")
    evse.transaction.tariff = message.tariff
    transactions.say_update(state, evse, evse.transaction, trigger="TariffChanged", now=now)
    return CommandReply(status="Accepted")


def _places(state: StationState, evse: int | None) -> tuple[int, ...]:
    """The EVSE, or all where it is None; none where there is no such EVSE."""
    return tuple(one.number for one in state.evses if evse in (None, one.number))


def _count_elements(tariff: Tariff) -> int:
    dimensions: tuple[Prices | None, ...] = (tariff.energy, tariff.charging_time, tariff.idle_time, tariff.fixed_fee)
    return sum(len(prices.prices) for prices in dimensions if prices is not None)
