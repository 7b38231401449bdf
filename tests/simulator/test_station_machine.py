"""A station in any order of things that people, the network and the CSMS do to it."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus
from protocol.blocks.diagnostics.messages import GetLog, LogKind
from protocol.blocks.firmware.messages import UpdateFirmware
from protocol.blocks.provisioning.messages import Reset, ResetKind
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, UnlockConnector
from protocol.blocks.reservation.messages import ReserveNow
from protocol.blocks.smart_charging.messages import ClearChargingProfile, SetChargingProfile
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.charging_profile_stack import Place, RunningTransaction, Supply, limit_at
from protocol.domain.identifiers import IdToken
from protocol.domain.status import ChargingState
from protocol.domain.transaction_limit import TransactionLimit
from protocol.domain.version import OcppVersion
from protocol.errors import InternalError
from simulator.plan import Settings, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.scripted_csms import Silence, World, transaction_events

PURPOSES = [ProfilePurpose.STATION_MAX, ProfilePurpose.TX_DEFAULT, ProfilePurpose.TX]  # those that every version has
EVSES = st.integers(1, 2)
TOKENS = st.sampled_from([IdToken("A1"), IdToken("B2")])
SILENT = (Authorize, TransactionStart, TransactionEnd)
# Nobody is faster than the clock: two starts of one millisecond on one meter would be one start, said twice.
_A_HAND_S = 0.01


class StationMachine(RuleBasedStateMachine):
    """Whatever happens: registers rise only in transactions, and in the end the CSMS knows what the ledger knows."""

    @initialize(version=st.sampled_from(OcppVersion), seed=st.integers(0, 99))
    def power_up(self, version: OcppVersion, seed: int) -> None:
        plan = StationPlan("CP1", version=version, evse_count=2, settings=Settings(sample_interval_s=15))
        self.world = World(plan, seed=seed)
        self.answers = dict(self.world.csms.scripts)
        self.registers_wh = [evse.meter.register_wh for evse in self.world.station.state.evses]

    @rule(seconds=st.sampled_from([0.05, 1, 4, 20, 90]))
    def time_passes(self, seconds: float) -> None:
        self.world.run_for(seconds)

    @rule(evse=EVSES, soc=st.sampled_from([0.2, 0.7999]))
    def a_car_is_plugged_in(self, evse: int, soc: float) -> None:
        if self.world.station.state.evses[evse - 1].vehicle is None:
            self.world.station.plug_in(evse, Vehicle(VEHICLE_MODELS[2], soc=soc, target_soc=0.8))
            self.world.run_for(_A_HAND_S)

    @rule(evse=EVSES)
    def a_cable_is_pulled(self, evse: int) -> None:
        self.world.station.unplug(evse)

    @rule(evse=EVSES, token=TOKENS)
    def a_token_is_presented(self, evse: int, token: IdToken) -> None:
        self.world.station.present_token(evse, token)
        self.world.run_for(_A_HAND_S)

    @precondition(lambda self: self.world.csms.sockets and not self.world.csms.is_down)
    @rule(evse=st.one_of(st.none(), EVSES), token=TOKENS)
    def the_csms_starts(self, evse: int | None, token: IdToken) -> None:
        self.ask(RequestStart(token, remote_start_id=1, evse=evse))
        self.world.run_for(_A_HAND_S)

    @precondition(lambda self: self.world.csms.sockets and not self.world.csms.is_down)
    @rule(evse=EVSES)
    def the_csms_stops(self, evse: int) -> None:
        transaction = self.world.station.state.evses[evse - 1].transaction
        if transaction is not None and transaction.transaction_id is not None:
            self.ask(RequestStop(transaction.transaction_id))

    @precondition(lambda self: self.world.csms.sockets and not self.world.csms.is_down)
    @rule(kind=st.sampled_from([ResetKind.IMMEDIATE, ResetKind.ON_IDLE]))
    def the_csms_resets(self, kind: ResetKind) -> None:
        self.ask(Reset(kind))

    @precondition(lambda self: self.world.station.state.traits.knows_limits)
    @rule(evse=EVSES, most_wh=st.sampled_from([0, 5, 50]))
    def a_driver_chooses_how_far(self, evse: int, most_wh: int) -> None:
        self.world.station.limit(evse, TransactionLimit(max_energy_wh=Decimal(most_wh)))

    @precondition(lambda self: self.takes_every_command)
    @rule(
        evse=EVSES | st.none(),
        tenths=st.integers(0, 200),
        purpose=st.sampled_from(PURPOSES),
        kind=st.sampled_from([ProfileKind.ABSOLUTE, ProfileKind.RELATIVE]),
        level=st.integers(0, 1),
    )
    def the_csms_limits(
        self, evse: int | None, tenths: int, purpose: ProfilePurpose, kind: ProfileKind, level: int
    ) -> None:
        periods = (ChargingPeriod(0, Decimal(tenths) / 10), ChargingPeriod(15, Decimal(8)))
        starts_at = self.world.csms.now if kind is ProfileKind.ABSOLUTE else None
        schedule = ChargingSchedule(RateUnit.AMPERES, periods, duration_s=40, starts_at=starts_at)
        profile_id = 100 * (evse or 0) + 10 * list(ProfilePurpose).index(purpose) + level
        self.ask(SetChargingProfile(ChargingProfile(profile_id, level, purpose, kind, schedule), evse))

    @precondition(lambda self: self.takes_every_command)
    @rule(purpose=st.sampled_from(PURPOSES))
    def the_csms_lifts_limits(self, purpose: ProfilePurpose) -> None:
        self.ask(ClearChargingProfile(purpose=purpose))

    @precondition(lambda self: self.takes_every_command)
    @rule(evse=EVSES | st.none(), status=st.sampled_from(OperationalStatus))
    def the_csms_changes_the_service(self, evse: int | None, status: OperationalStatus) -> None:
        self.ask(ChangeAvailability(status, evse))

    @precondition(lambda self: self.takes_every_command)
    @rule(evse=EVSES)
    def the_csms_unlocks(self, evse: int) -> None:
        self.ask(UnlockConnector(evse))

    @precondition(lambda self: self.takes_every_command)
    @rule(evse=EVSES, token=TOKENS, seconds=st.sampled_from([5, 60]))
    def the_csms_reserves(self, evse: int, token: IdToken, seconds: int) -> None:
        self.ask(ReserveNow(evse, self.world.csms.now + timedelta(seconds=seconds), token, evse))

    @precondition(lambda self: self.takes_every_command)
    @rule(is_log=st.booleans())
    def the_csms_orders_a_job(self, is_log: bool) -> None:
        place = "https://files.example/2.0.0.bin"
        if is_log:
            self.ask(GetLog(kind=LogKind.SECURITY, request_id=1, location=place))
        else:
            self.ask(UpdateFirmware(location=place, retrieve_at=self.world.csms.now))

    @property
    def takes_every_command(self) -> bool:
        is_reachable = bool(self.world.csms.sockets) and not self.world.csms.is_down
        return is_reachable and self.world.station.plan.version is OcppVersion.V16

    @rule()
    def the_network_breaks(self) -> None:
        self.world.csms.go_down()

    @rule()
    def the_network_is_back(self) -> None:
        self.world.csms.is_down = False

    @rule(kind=st.sampled_from(SILENT))
    def the_csms_falls_silent(self, kind: type) -> None:
        self.world.csms.scripts[kind] = lambda _: Silence()

    @rule()
    def the_csms_answers_again(self) -> None:
        self.world.csms.scripts = dict(self.answers)

    @rule()
    def the_csms_fails_to_judge(self) -> None:
        self.world.csms.scripts[Authorize] = lambda _: InternalError()

    @invariant()
    def registers_rise_only_while_charging(self) -> None:
        for index, evse in enumerate(self.world.station.state.evses):
            assert evse.meter.register_wh >= self.registers_wh[index]
            assert evse.meter.power_mw <= 1000 * evse.outlet.max_power_w
            is_standby = evse.status[1] is ChargingState.SUSPENDED_EV and evse.meter.power_mw < 20_000
            assert evse.meter.power_mw == 0 or evse.is_charging or is_standby
            self.registers_wh[index] = evse.meter.register_wh

    @invariant()
    def no_phase_takes_more_than_the_profiles_leave(self) -> None:
        state = self.world.station.state
        sharing = max(1, sum(evse.transaction is not None for evse in state.evses))
        for evse in state.evses:
            if not evse.is_charging or evse.transaction is None:
                continue
            running = RunningTransaction(evse.transaction.started_at, evse.transaction.transaction_id)
            place = Place(evse.number, Supply(Decimal(50_000)), running, sharing)
            now = state.instant(self.world.clock.now())
            limit = limit_at(state.profiles, now, place=place, unit=RateUnit.AMPERES)
            assert all(Decimal(line.current_ca) / 100 <= limit.value for line in evse.meter.lines)

    @invariant()
    def nobody_charges_out_of_service_or_in_the_place_of_another(self) -> None:
        for evse in self.world.station.state.evses:
            assert evse.is_operative or evse.transaction is None
            assert evse.reservation is None or evse.transaction is None

    @invariant()
    def nothing_due_is_left_undone(self) -> None:
        wake_at = self.world.station.station.wake_at
        assert wake_at is None or wake_at >= self.world.clock.now() - 0.001

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        world = self.world
        world.csms.is_down = False
        world.csms.scripts = dict(self.answers)
        world.run_for(200)
        for number in (1, 2):
            world.station.unplug(number)
        world.run_for(200)

        entries = {entry.transaction_id: entry for entry in world.fleet.ledger.entries()}
        starts = {repr(start): start for start in world.csms.of(TransactionStart)}.values()
        ends = {repr(end): end for end in world.csms.of(TransactionEnd)}.values()
        assert not world.station.state.outbox.has_facts
        assert all(entry.is_start_acknowledged and entry.is_end_acknowledged for entry in entries.values())
        assert sorted(int(start.meter_wh) for start in starts) == sorted(e.start_register_wh for e in entries.values())
        assert {end.transaction_id: int(end.meter_wh) for end in ends} == {
            name: entry.end_register_wh for name, entry in entries.items()
        }
        if world.station.plan.version is not OcppVersion.V16:
            assert_numbered_without_a_hole(world)

    def ask(self, message: object) -> None:
        if self.world.station.state.is_online and self.world.csms.sockets[-1].connection.pending is None:
            self.world.csms.sockets[-1].ask(message)


def assert_numbered_without_a_hole(world: World) -> None:
    numbers: dict[str, list[int]] = {}
    for event in transaction_events(world.csms):
        heard = numbers.setdefault(event.transaction_id, [])
        if not heard or heard[-1] != event.seq_no:  # said again
            heard.append(event.seq_no)
    assert all(heard == list(range(len(heard))) for heard in numbers.values())


StationMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestStationMachine = StationMachine.TestCase
