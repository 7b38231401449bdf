"""Limits, firmware and certificates of a 2.0.1 station: what it is asked, and what it says of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from protocol.blocks.certificates.messages import SignCertificate
from protocol.blocks.firmware.messages import FirmwareStatus, FirmwareStatusNotification
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    GetChargingProfiles,
    GetCompositeSchedule,
    ReportChargingProfiles,
    SetChargingProfile,
)
from protocol.domain.certificates import SigningUse, is_pem_request
from protocol.domain.charging_profile import ChargingSchedule, ProfileKind, ProfilePurpose, RateUnit
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import booted
from tests.simulator.test_commands import ask, charging
from tests.simulator.test_jobs import INSTALLED, SIGNED, signed_update
from tests.simulator.test_smart_charging import MAX, TX, currents_a, profile

V201 = OcppVersion.V201


@pytest.fixture
def world() -> World:
    world = charging(V201)
    world.csms.scripts[ReportChargingProfiles] = lambda _: Heard()
    return world


def status_of(reply: Any) -> str:
    return str(reply.status)


def test_limit_of_a_transaction_is_obeyed_and_added_up(world: World) -> None:
    running = world.station.state.evses[0].transaction
    assert running is not None
    mine = profile((0, "10"), purpose=TX, transaction_id=running.transaction_id)

    assert status_of(ask(world, SetChargingProfile(mine, 1))) == "Accepted"
    composite: Any = ask(world, GetCompositeSchedule(300, evse=1, unit=RateUnit.AMPERES))

    assert all(9 < current <= 10 for current in currents_a(world))
    assert composite.schedule.periods[0].limit == Decimal(10)
    assert status_of(ask(world, ClearChargingProfile(profile_id=1))) == "Accepted"


def test_profiles_are_reported_place_by_place(world: World) -> None:
    ask(world, SetChargingProfile(profile((0, "12"), profile_id=1), 1))
    most = profile((0, "9000"), purpose=MAX, profile_id=2, unit=RateUnit.WATTS, kind=ProfileKind.ABSOLUTE)
    ask(world, SetChargingProfile(most))

    assert status_of(ask(world, GetChargingProfiles(7))) == "Accepted"

    reports = world.csms.of(ReportChargingProfiles)
    assert [(one.evse, one.has_more, one.request_id) for one in reports] == [(None, True, 7), (1, False, 7)]
    assert [[each.profile_id for each in one.profiles] for one in reports] == [[2], [1]]


@pytest.mark.parametrize(
    ("criteria", "status"),
    [
        ({"evse": 1}, "Accepted"),
        ({"evse": 0}, "NoProfiles"),
        ({"profile_ids": (1, 5)}, "Accepted"),
        ({"profile_ids": (5,)}, "NoProfiles"),
        ({"sources": ("CSO",)}, "Accepted"),
        ({"sources": ("EMS",)}, "NoProfiles"),
        ({"stack_level": 3}, "NoProfiles"),
        ({"purpose": ProfilePurpose.TX_DEFAULT}, "Accepted"),
    ],
)
def test_profiles_are_asked_for_by_what_they_are(world: World, criteria: dict[str, Any], status: str) -> None:
    ask(world, SetChargingProfile(profile((0, "12"), profile_id=1), 1))

    assert status_of(ask(world, GetChargingProfiles(7, **criteria))) == status


def test_schedule_of_a_vehicle_that_is_no_good_is_rejected(world: World) -> None:
    empty = ChargingSchedule(RateUnit.AMPERES, profile((5, "6")).schedule.periods)

    several = msgspec.structs.replace(profile((0, "10"), purpose=TX), alternatives=(empty,))

    assert status_of(ask(world, SetChargingProfile(several, 1))) == "Rejected"


def test_signed_update_is_said_by_the_one_message_of_2x() -> None:
    world = booted(V201)

    ask(world, signed_update(world), seconds=60)

    said = world.csms.of(FirmwareStatusNotification)
    assert [one.status for one in said] == [*SIGNED, *INSTALLED]
    assert {one.request_id for one in said} == {3}


def test_firmware_status_is_triggered() -> None:
    world = booted(V201)
    ask(world, signed_update(world, retrieve_at=world.csms.now + timedelta(hours=1)))

    assert ask(world, TriggerMessage(TriggerKind.FIRMWARE_STATUS_NOTIFICATION)) == CommandReply("Accepted")

    (said,) = world.csms.of(FirmwareStatusNotification)
    assert (said.status, said.request_id) == (FirmwareStatus.IDLE, None)


@pytest.mark.parametrize(
    ("kind", "use"),
    [
        (TriggerKind.SIGN_STATION_CERTIFICATE, SigningUse.STATION),
        (TriggerKind.SIGN_V2G_CERTIFICATE, SigningUse.V2G),
        (TriggerKind.SIGN_COMBINED_CERTIFICATE, None),
    ],
)
def test_certificate_is_asked_for_by_its_use(kind: TriggerKind, use: SigningUse | None) -> None:
    world = booted(V201)

    assert status_of(ask(world, TriggerMessage(kind))) == "Accepted"

    (asked,) = world.csms.of(SignCertificate)
    assert is_pem_request(asked.request)
    assert asked.use is use
