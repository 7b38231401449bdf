"""A simulated station climbs from a password to its own certificate, renews both, and charges all the same."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chargeyard.rest import RestClient
from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.version import OcppVersion
from simulator.plan import Settings, StationPlan
from simulator.running import RunningStation
from tests.acceptance.network import eventually
from tests.conformance.secured import Secured, secured_platform
from tests.simulator.test_real_sockets import car, charge_and_measure, living, only_station

PASSWORD = "0123456789abcdef0123"
QUICK = Settings(sample_interval_s=1, retry_min_s=0.1, retry_random_s=0.1, retry_doublings=1)
WAIT_S = 30.0
Climb = Callable[["Operator", int, str], Awaitable[None]]


class Operator:
    """What the operator does with one station, by REST."""

    def __init__(self, rest: RestClient, station_id: str) -> None:
        self.rest, self.station_id = rest, station_id

    async def command(self, name: str, body: Any = None) -> Any:
        return await self.rest.post(f"/stations/{self.station_id}/commands/{name}", body)

    async def allow(self, *profiles: int) -> None:
        await self.rest.patch(f"/stations/{self.station_id}", {"security_profiles": list(profiles)})

    async def until_profile(self, profile: int) -> None:
        async def is_so() -> bool:
            seen = await self.rest.get(f"/onboarding/stations/{self.station_id}")
            return bool(seen["security_profile"] == profile)

        await eventually(is_so, within_s=WAIT_S, what=f"security profile {profile} of {self.station_id}")

    async def set_variable(self, variable: str, value: str, *, component: str = "") -> str:
        assignment = {"variable": variable, "component": component, "value": value}
        answer = await self.command("set_variables", {"assignments": [assignment]})
        return str(answer["results"][0]["status"])


async def climb_by_key(operator: Operator, profile: int, _url: str) -> None:
    """1.6 has a configuration key for it."""
    assert await operator.set_variable("SecurityProfile", str(profile)) == "Accepted"


async def climb_by_slot(operator: Operator, profile: int, url: str) -> None:
    """2.x has slots, and a reset."""
    body = {"slot": profile, "csms_url": url, "security_profile": profile}
    assert (await operator.command("set_network_profile", body))["status"] == "Accepted"
    priority = await operator.set_variable("NetworkConfigurationPriority", f"{profile}", component="OCPPCommCtrlr")
    assert priority == "RebootRequired"
    await operator.command("reset", {"kind": "Immediate"})


async def renew_certificate(operator: Operator, station: RunningStation, *, is_extended: bool) -> str:
    """The station asks, the back office signs, and the station shows it; its chain."""

    def chain() -> str:
        network = station.state.network
        return "" if network is None or network.identity is None else network.identity.chain

    before = chain()
    body = {"requested": "SignChargingStationCertificate", "is_extended": is_extended}
    assert (await operator.command("trigger", body))["status"] == "Accepted"
    await station.until(lambda _: chain() not in ("", before), WAIT_S)
    return chain()


async def climb(secured: Secured, version: OcppVersion, way_up: Climb) -> None:
    station_id, network = f"SAFE-{version}", secured.bench.network
    url = secured.tls_url
    operator, driver = Operator(network.operator, station_id), await network.add_driver()
    await network.add_station(station_id, password=PASSWORD)
    plan = StationPlan(station_id, version=version, password=PASSWORD, settings=QUICK, secured_url=url)

    async with living(network.platform.station_url, plan) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        await operator.until_profile(1)
        await operator.command("rotate_password")
        assert station.access.password != PASSWORD.encode()
        station.lose_socket()
        await station.until(lambda one: one.state.is_online, WAIT_S)

        await operator.allow(1, 2)
        root = secured.authority.files.certificate.read_text()
        await operator.command("install_certificate", {"use": "CSMSRootCertificate", "certificate": root})
        await way_up(operator, 2, url)
        await operator.until_profile(2)

        await operator.allow(2, 3)
        first = await renew_certificate(operator, station, is_extended=version is OcppVersion.V16)
        await way_up(operator, 3, url)
        await operator.until_profile(3)

        await operator.allow(3)
        second = await renew_certificate(operator, station, is_extended=version is OcppVersion.V16)
        await station.until(lambda one: not one.state.is_online, WAIT_S)
        await station.until(lambda one: one.state.is_online and one.state.is_accepted, WAIT_S)
        assert station.access.identity is not None
        assert (station.access.identity.chain, station.access.password) == (second, None)
        assert first != second

        station.plug_in(1, car())
        station.present_token(1, IdToken(driver.token, IdTokenType.ISO14443))
        await charge_and_measure(station)
        station.present_token(1, IdToken(driver.token, IdTokenType.ISO14443))
        await station.until(lambda one: not one.state.outbox.has_facts, WAIT_S)
        (entry,) = fleet.ledger.entries()
        session = await network.session_of(station_id)

    assert entry.is_end_acknowledged
    assert float(session["energy_wh"]) == entry.energy_wh


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_station_climbs_from_a_password_to_its_own_certificate_and_charges(tmp_path: Path) -> None:
    async with secured_platform(tmp_path, version="2.0.1") as secured:
        await climb(secured, OcppVersion.V16, climb_by_key)
        await climb(secured, OcppVersion.V201, climb_by_slot)
        await climb(secured, OcppVersion.V21, climb_by_slot)
