"""How far a transaction may go (OCPP 2.1 E16): what bounds it, and when the station has to look again.

At a bound no energy flows any more, and the transaction goes on: a station whose TxStopPoint is not EnergyTransfer
suspends (E16.FR.05, FR.06), and goes on charging where the limit is raised (E16.FR.14).

Invariants:
1. The bound that is reached first holds, for as long as it is reached; of those reached at once, the table's first.
2. Energy counts as the registers show it: the bound is reached at the whole Wh that is not below it.
3. Costs are those that the CSMS has said last, states of charge those that the vehicle says: over DC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from protocol.domain.transaction_limit import TransactionLimit
from simulator.evse import Evse, Transaction
from simulator.meter import MICROJOULES_PER_WH
from simulator.state import Alarm, StationState

_SOONEST_S = 0.001
_SOC_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound; `trigger` is the 2.x word. Both functions are asked of limits that have it.

    `due_in_s` None: nobody can say.
    """

    field: str
    trigger: str
    is_reached: Callable[[TransactionLimit, Evse, Transaction, datetime], bool]
    due_in_s: Callable[[TransactionLimit, Evse, Transaction, datetime], float | None]


def _has_cost(limit: TransactionLimit, _evse: Evse, transaction: Transaction, _at: datetime) -> bool:
    return limit.max_cost is not None and transaction.cost is not None and transaction.cost >= limit.max_cost


def _never(_limit: TransactionLimit, _evse: Evse, _transaction: Transaction, _at: datetime) -> None:
    return None


def _last_wh(limit: TransactionLimit, transaction: Transaction) -> int:
    assert limit.max_energy_wh is not None  # the row is about it
    return transaction.start_register_wh + ceil(limit.max_energy_wh)


def _has_energy(limit: TransactionLimit, evse: Evse, transaction: Transaction, _at: datetime) -> bool:
    return evse.meter.register_wh >= _last_wh(limit, transaction)


def _energy_in_s(limit: TransactionLimit, evse: Evse, transaction: Transaction, _at: datetime) -> float | None:
    if evse.meter.power_mw <= 0:
        return None
    missing_uj = _last_wh(limit, transaction) * MICROJOULES_PER_WH - evse.meter.energy_uj
    return -(-missing_uj // evse.meter.power_mw) / 1000


def _has_time(limit: TransactionLimit, _evse: Evse, transaction: Transaction, at: datetime) -> bool:
    return _time_in_s(limit, _evse, transaction, at) <= 0


def _time_in_s(limit: TransactionLimit, _evse: Evse, transaction: Transaction, at: datetime) -> float:
    assert limit.max_time_s is not None  # the row is about it
    return limit.max_time_s - (at - transaction.started_at).total_seconds()


def _has_soc(limit: TransactionLimit, evse: Evse, _transaction: Transaction, _at: datetime) -> bool:
    assert limit.max_soc_percent is not None  # the row is about it
    return _says_soc(evse) and evse.vehicle is not None and evse.vehicle.soc * 100 >= limit.max_soc_percent


def _soc_in_s(_limit: TransactionLimit, evse: Evse, _transaction: Transaction, _at: datetime) -> float | None:
    return _SOC_LOOK_S if _says_soc(evse) and evse.is_charging else None


def _says_soc(evse: Evse) -> bool:
    return evse.outlet.is_dc and evse.vehicle is not None


BOUNDS = (
    Bound("max_cost", "CostLimitReached", _has_cost, _never),
    Bound("max_energy_wh", "EnergyLimitReached", _has_energy, _energy_in_s),
    Bound("max_time_s", "TimeLimitReached", _has_time, _time_in_s),
    Bound("max_soc_percent", "SoCLimitReached", _has_soc, _soc_in_s),
)


def holding(evse: Evse, at: datetime) -> str | None:
    """The word for the bound that holds the EVSE's transaction at this instant; its meter has been brought there."""
    transaction = evse.transaction
    if transaction is None or transaction.limit is None:
        return None
    limit = transaction.limit
    reached = [one.trigger for one in _bounds_of(limit) if one.is_reached(limit, evse, transaction, at)]
    return transaction.held_by if transaction.held_by in reached else next(iter(reached), None)


def schedule(state: StationState, evse: Evse, now: float) -> None:
    """The station looks again when the next bound may be reached, if the power stays as it is; held, it need not."""
    transaction = evse.transaction
    if transaction is None or transaction.limit is None:
        return
    state.clear_alarm(Alarm.TX_LIMIT, evse=evse.number)
    if transaction.held_by is not None:
        return
    limit, at = transaction.limit, state.instant(now)
    times_s = [one.due_in_s(limit, evse, transaction, at) for one in _bounds_of(limit)]
    due_s = min((one for one in times_s if one is not None), default=None)
    if due_s is not None:
        state.set_alarm(Alarm.TX_LIMIT, now + max(_SOONEST_S, due_s), evse=evse.number)


def _bounds_of(limit: TransactionLimit) -> tuple[Bound, ...]:
    return tuple(one for one in BOUNDS if getattr(limit, one.field) is not None)
