"""Presence: claimed at the start, retried beside the answers, given up to whoever is newer."""

import asyncio
from contextlib import suppress
from datetime import datetime

import pytest
from websockets.exceptions import ConnectionClosed

from csms.adapters.memory import MemoryPresence
from csms.errors import BusUnavailable, HeldByNewer
from protocol.domain.identifiers import StationKey
from tests.csms.harness import call, gateway_in_memory, station, station_key, until


class _AwayPresence(MemoryPresence):
    """Away until told, then slow until told."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = True
        self.may_answer = asyncio.Event()
        self.refused = 0

    async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
        if self.is_away:
            self.refused += 1
            raise BusUnavailable("presence", "told to be away")
        await self.may_answer.wait()
        return await super().claim(station, opened_at=opened_at)


async def test_provisional_presence_is_claimed_once_nats_is_back() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        presence.is_away = False
        presence.may_answer.set()
        csms.gateway.reclaim_presence()
        await until(lambda: station_key() in presence.epochs)

        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        await until(lambda: session.epoch == presence.epochs[station_key()])


async def test_claim_does_not_outlive_its_socket() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms:
        async with await station(csms) as socket:
            await call(socket, "Heartbeat", {})
            presence.is_away = False
            csms.gateway.reclaim_presence()
            await asyncio.sleep(0)
        await until(lambda: "disconnected" in csms.facts)
        presence.may_answer.set()
        await asyncio.sleep(0)

    assert presence.epochs == {}
    assert csms.facts[-1] == "disconnected"


async def test_failed_claim_is_retried_while_nats_stays_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms.gateway._RECLAIM_S", 0.02)
    presence = _AwayPresence()
    presence.may_answer.set()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        await until(lambda: presence.refused >= 3)
        said_before = csms.facts.count("connected")
        presence.is_away = False

        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        await until(lambda: 0 < session.epoch == presence.epochs[station_key()])
        await until(lambda: csms.facts.count("connected") == 2)

    assert said_before == 1


async def test_session_ends_although_its_cancellation_is_swallowed() -> None:
    class Swallowing(MemoryPresence):
        async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            return await super().claim(station, opened_at=opened_at)

    async with gateway_in_memory(Swallowing()) as csms:
        async with await station(csms):
            await until(lambda: len(csms.gateway.sessions) == 1)
        await until(lambda: "disconnected" in csms.facts)

    assert csms.presence.epochs == {}
    assert csms.facts == ["disconnected"]


async def test_station_is_answered_while_its_claim_hangs() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        presence.is_away = False
        csms.gateway.reclaim_presence()
        await asyncio.sleep(0.05)
        answered = await call(socket, "Heartbeat", {}, "meanwhile")
        presence.may_answer.set()

    assert answered[:2] == [3, "meanwhile"]


async def test_old_socket_that_claims_late_gives_way_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms.gateway._RECLAIM_S", 0.02)

    class HeldElsewhere(_AwayPresence):
        async def reclaim(self, station: StationKey, *, opened_at: datetime) -> int:
            raise HeldByNewer(str(station), "another node")

    async with gateway_in_memory(HeldElsewhere()) as csms, await station(csms) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
        await until(lambda: "disconnected" in csms.facts)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
