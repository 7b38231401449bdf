"""One EVSE: its outlet, its meter, the car on its cable and the transaction that runs on it.

Invariants:
1. Energy flows only while a transaction is CHARGING; the transaction moves only as TRANSACTION lets it. A car that has
   what it wants draws its standby over AC as long as it is offered energy.
2. The power never exceeds the outlet's, nor what the car wants, nor what charging profiles leave: as the meter counts.
3. A car gives only where outlet, car and CSMS let it, and no more than each of them does.
4. A car on fewer phases than the outlet leaves the other phases without current, not without voltage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from protocol.blocks.transactions.machine import TRANSACTION, TransactionState, Trigger, charging_state_of
from protocol.domain.charging_profile import ChargingProfile
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.status import ChargingState, ConnectorStatus
from protocol.domain.tariff import Tariff
from protocol.domain.transaction_limit import TransactionLimit, within
from simulator.chance import Chance
from simulator.defects import Defect
from simulator.meter import CLASS_B_PPM, Line, Meter
from simulator.stores import Reservation
from simulator.vehicle import Vehicle

_MAINS_DV = 2300
_MAINS_SWING_DV = 25
LOWEST_MAINS_V = Decimal(_MAINS_DV - _MAINS_SWING_DV) / 10
NOMINAL_MAINS_V = Decimal(_MAINS_DV) / 10
_BATTERY_EMPTY_DV = 3400
_BATTERY_SPAN_DV = 600
_LARGEST_ERROR_PPM = CLASS_B_PPM * 7 // 10  # meters leave the works well within their class
_NOTHING: Mapping[str, int] = MappingProxyType({})
_DECIVOLT_CENTIAMPERE_PER_W = 1000


@dataclass(frozen=True, slots=True)
class Outlet:
    """What an EVSE can deliver: AC on one or three phases, or DC. `give_power_w`: what it can take out of a car."""

    max_power_w: int = 11_000
    phases: int = 3
    is_dc: bool = False
    give_power_w: int = 0

    @property
    def line_count(self) -> int:
        return 1 if self.is_dc else self.phases


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may charge here as soon as the cable is in. `remote_start_id` is None for a token at the reader.

    `profile` limits the transaction to come, and `tariff` is the driver's own.
    """

    id_token: IdToken
    remote_start_id: int | None = None
    is_remote: bool = False
    group: IdToken | None = None
    profile: ChargingProfile | None = None
    tariff: Tariff | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """What charging profiles leave of the outlet: power over all phases, and on how many. 0 W: nothing is offered.

    `give_w` above 0 wants so much out of the car instead.
    """

    power_w: float
    phases: int
    give_w: float = 0.0


@dataclass(slots=True, eq=False)
class Transaction:
    """What the station knows of one transaction, from its start until the CSMS has confirmed its end.

    `local_id` names it inside the station. `transaction_id` is the name on the wire: the station's own in 2.x; in 1.6
    None until the CSMS has numbered the start. `sent_events` counts what 2.x numbers by seqNo. Readings are counted by
    instants at which the register was said; `given_up` counts messages that the CSMS will not hear, by their kind.
    `tariff` is its driver's own, `cost` what the CSMS last said that it cost so far, `csms_limit` how far the CSMS lets
    it go, `driver_limit` how far its driver wants it to, and `held_by` the word for the bound of these that is reached
    (2.1 E16); `has_priority` and `may_give` are what the CSMS allows (2.1 K21, Q02).
    """

    local_id: str
    evse: int
    id_token: IdToken
    started_at: datetime
    start_register_wh: int
    transaction_id: TransactionId | None = None
    group: IdToken | None = None
    remote_start_id: int | None = None
    state: TransactionState = TransactionState.IDLE
    sent_events: int = 0
    ended_at: datetime | None = None
    end_register_wh: int | None = None
    stopped_reason: str | None = None
    cost: Decimal | None = None
    tariff: Tariff | None = None
    csms_limit: TransactionLimit | None = None
    driver_limit: TransactionLimit | None = None
    held_by: str | None = None
    has_priority: bool = False
    may_give: bool = False
    is_start_acknowledged: bool = False
    is_end_acknowledged: bool = False
    readings_said: int = 0
    readings_acknowledged: int = 0
    given_up: Mapping[str, int] = field(default_factory=lambda: _NOTHING)

    def move(self, trigger: Trigger) -> None:
        """Raises IllegalTransition where the table has no way."""
        self.state = TRANSACTION.advance(self.state, trigger)

    @property
    def limit(self) -> TransactionLimit | None:
        """How far it goes: what the CSMS lets it and what its driver wants both hold."""
        if self.csms_limit is None or self.driver_limit is None:
            return self.csms_limit or self.driver_limit
        return within(self.csms_limit, self.driver_limit)

    @property
    def energy_wh(self) -> int | None:
        """What it delivered, by its registers; None while it runs."""
        return None if self.end_register_wh is None else self.end_register_wh - self.start_register_wh

    def give_up(self, message: object) -> None:
        """The CSMS will not hear this message."""
        kind = type(message).__name__
        self.given_up = {**self.given_up, kind: self.given_up.get(kind, 0) + 1}

    def next_seq_no(self) -> int:
        """0, 1, 2, … (OCPP 2.0.1 E01.FR.07)."""
        self.sent_events += 1
        return self.sent_events - 1


class Evse:
    """Everything behind one outlet.

    `asked` is a token whose verdict is awaited, `reported` what the CSMS was last told, and `has_served` whether the
    car on the cable has had its transaction. `becomes_operative` is a change that waits for the transaction's end;
    `cap` is None where no charging profile says anything. `is_being_paid`: somebody pays by web page to start here.
    `pending_reset`: it resets by itself once its transaction has ended, and `is_resetting` while it is
    out of order for it; `is_dark` while the whole station is. With a `defect` it has failed, and runs no transaction.
    """

    __slots__ = (
        "_rng",
        "asked",
        "becomes_operative",
        "cap",
        "defect",
        "grant",
        "has_served",
        "is_being_paid",
        "is_dark",
        "is_operative",
        "is_resetting",
        "meter",
        "number",
        "outlet",
        "pending_reset",
        "reported",
        "reservation",
        "transaction",
        "vehicle",
    )

    def __init__(self, number: int, outlet: Outlet, *, rng: Chance, at_ms: int) -> None:
        self.number = number
        self.outlet = outlet
        self._rng = rng
        self.vehicle: Vehicle | None = None
        self.transaction: Transaction | None = None
        self.grant: Grant | None = None
        self.asked: IdToken | None = None
        self.has_served = False
        self.is_being_paid = self.is_dark = False
        self.is_resetting = False
        self.pending_reset = False
        self.is_operative = True
        self.becomes_operative: bool | None = None
        self.reservation: Reservation | None = None
        self.cap: Cap | None = None
        self.defect: Defect | None = None
        self.reported: tuple[ConnectorStatus, ChargingState | None] | None = None
        self.meter = Meter(
            register_wh=rng.whole(20_000, 4_000_000),
            lines=(),
            at_ms=at_ms,
            error_ppm=rng.whole(-_LARGEST_ERROR_PPM, _LARGEST_ERROR_PPM),
        )
        self.meter.carry(self._lines())

    @property
    def status(self) -> tuple[ConnectorStatus, ChargingState | None]:
        """The connector's state and, where it is in use, the charging state; no charging state after a transaction."""
        if self.defect is not None:
            return ConnectorStatus.FAULTED, None
        if self.transaction is not None:
            return ConnectorStatus.OCCUPIED, charging_state_of(self.transaction.state)
        if not self.is_operative or self.is_resetting:
            return ConnectorStatus.UNAVAILABLE, None
        if self.vehicle is None:
            return ConnectorStatus.AVAILABLE if self.reservation is None else ConnectorStatus.RESERVED, None
        return ConnectorStatus.OCCUPIED, None if self.has_served else ChargingState.EV_CONNECTED

    @property
    def is_in_service(self) -> bool:
        """Whether a transaction may begin here."""
        return self.is_operative and not self.is_resetting and self.defect is None

    @property
    def is_withheld(self) -> bool:
        """Whether the transaction has reached a limit of its own, or charging profiles leave nothing."""
        if self.transaction is not None and self.transaction.held_by is not None:
            return True
        return self.cap is not None and self.cap.power_w <= 0 and not self.is_giving

    @property
    def is_giving(self) -> bool:
        """Whether the car is to give, and can."""
        wanted = self.cap is not None and self.cap.give_w > 0 and self.outlet.give_power_w > 0
        is_allowed = self.transaction is not None and self.transaction.may_give
        return wanted and is_allowed and self.vehicle is not None and self.vehicle.offered_power_w() > 0

    @property
    def is_charging(self) -> bool:
        return self.transaction is not None and self.transaction.state is TransactionState.CHARGING

    def advance(self, now: float) -> None:
        """Bring meter and battery to `now`."""
        until_ms, meter = round(now * 1000), self.meter
        while meter.read_at_ms < until_ms:
            at_ms = until_ms
            if self.is_charging and self.vehicle is not None:
                at_ms = min(at_ms, meter.read_at_ms + self.steady_ms())
            energy_uj = meter.advance(at_ms)
            if energy_uj and self.vehicle is not None:
                self._move(energy_uj, self.vehicle)
                self.settle()

    def settle(self) -> None:
        """Let the current follow what the transaction and the car now allow."""
        self.meter.carry(self._lines())

    def steady_ms(self) -> int:
        """For how long the power stays as it is, if nobody interferes."""
        assert self.vehicle is not None
        power_mw = self.meter.power_mw
        flowing_mw = self.meter.true_uj(abs(power_mw))
        return self.vehicle.steady_ms(flowing_mw if power_mw > 0 else -flowing_mw, is_dc=self.outlet.is_dc)

    @property
    def usable_phases(self) -> int:
        """On how many phases the outlet and the car meet."""
        if self.outlet.is_dc or self.vehicle is None:
            return self.outlet.line_count
        return min(self.outlet.phases, self.vehicle.model.ac_phases)

    def _move(self, counted_uj: int, vehicle: Vehicle) -> None:
        if not self.is_charging:
            return  # what a car draws on standby is not stored
        moved_uj = self.meter.true_uj(abs(counted_uj))
        if counted_uj > 0:
            vehicle.store(moved_uj, is_dc=self.outlet.is_dc)
        else:
            vehicle.give(moved_uj, is_dc=self.outlet.is_dc)

    def _lines(self) -> tuple[Line, ...]:
        voltages_dv = self._voltages_dv()
        loaded, power_w = self._load()
        power_per_line = power_w * _DECIVOLT_CENTIAMPERE_PER_W / loaded if loaded else 0.0
        return tuple(
            [
                Line(voltage_dv, int(power_per_line / voltage_dv) if number < loaded else 0)
                for number, voltage_dv in enumerate(voltages_dv)
            ]
        )

    def _load(self) -> tuple[int, float]:
        """How many lines carry current, and how much power they carry together; below 0 it flows back."""
        transaction, vehicle = self.transaction, self.vehicle
        if transaction is None or vehicle is None or self.is_dark or self.is_withheld:
            return 0, 0.0
        if transaction.state is TransactionState.SUSPENDED_EV and not self.outlet.is_dc:
            return 1, vehicle.model.standby_w
        if transaction.state is not TransactionState.CHARGING:
            return 0, 0.0
        if self.cap is not None and self.is_giving:
            return self.usable_phases, -min(vehicle.offered_power_w(), self.outlet.give_power_w, self.cap.give_w)
        wanted_w = vehicle.wanted_power_w(is_dc=self.outlet.is_dc)
        allowed_w = self.outlet.max_power_w if self.cap is None else self.cap.power_w
        if self.outlet.is_dc:
            return 1, min(wanted_w, self.outlet.max_power_w, allowed_w)
        lines = self.usable_phases if self.cap is None else min(self.usable_phases, self.cap.phases)
        per_line_w = min(wanted_w / vehicle.model.ac_phases, self.outlet.max_power_w / self.outlet.phases)
        return lines, min(per_line_w * lines, allowed_w)

    def _voltages_dv(self) -> list[int]:
        if not self.outlet.is_dc:
            low_dv, high_dv = _MAINS_DV - _MAINS_SWING_DV, _MAINS_DV + _MAINS_SWING_DV
            return self._rng.up_to_three(self.outlet.phases, low_dv, high_dv)
        return [0 if self.vehicle is None else _BATTERY_EMPTY_DV + round(_BATTERY_SPAN_DV * self.vehicle.soc)]
