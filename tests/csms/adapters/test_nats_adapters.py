"""The gateway's ports on a real NATS, which the tests stop and kill."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio
from nats.aio.msg import Msg
from opentelemetry.sdk.trace import TracerProvider

from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from csms.adapters.ev_certificates import BusEvCertificates
from csms.adapters.identity import IdentityAuthority
from csms.adapters.key_values import KeyValueNumbers, KeyValuePresence, WatchedRegistry
from csms.adapters.nats import NatsBus
from csms.adapters.publisher import SLOTS_OF_STATION, JetStreamPublisher
from csms.deviations import DeviationBook
from csms.errors import BusUnavailable, HeldByNewer, PublishFailed
from csms.ports import Outgoing
from csms.station import ReceivedCall, Station
from csms.tracing import CallTracer, end
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.blocks.availability.messages import Heartbeat
from protocol.blocks.certificates.messages import EvCertificateReply
from protocol.blocks.certificates.queries import AskEvCertificate
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import Stream, query_subject, station_key as key_of
from protocol.domain.authorization import AuthorizationBasis, AuthorizationStatus
from protocol.domain.certificates import EvCertificateAction
from protocol.domain.identifiers import DriverId, StationId, TenantId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.csms.harness import station_key, until

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
LATE = EARLY + timedelta(seconds=1)
SUBJECT = "ev.v1.default.station.0.0.CP001.transactions.started"


class Broker(NamedTuple):
    bus: NatsBus
    publisher: JetStreamPublisher
    servers: EmbeddedServers

    async def stored(self, stream: Stream = Stream.FACTS) -> int:
        return int((await self.bus.jetstream.stream_info(stream)).state.messages)


@asynccontextmanager
async def connected(url: str, node: str = "node1") -> AsyncIterator[NatsBus]:
    async with NatsBus(url, node=node, replicas=1) as bus:
        await bus.ensure_streams()
        yield bus


@pytest_asyncio.fixture
async def broker(servers: EmbeddedServers, nats_url: str) -> AsyncIterator[Broker]:
    async with connected(nats_url) as bus:
        publisher = JetStreamPublisher(nats_url, name="tests", deadline_s=1.0, patience_s=0.3)
        running = asyncio.create_task(publisher.run())
        await until(lambda: publisher.is_connected)
        yield Broker(bus, publisher, servers)
        running.cancel()


async def test_published_event_is_in_its_stream(broker: Broker) -> None:
    await broker.publisher.publish(Outgoing(SUBJECT, b"1", "a"), Outgoing(SUBJECT, b"2", "b"))

    assert await broker.stored() == 2


async def test_same_dedupe_key_is_stored_once_and_acknowledged_twice(broker: Broker) -> None:
    await broker.publisher.publish(Outgoing(SUBJECT, b"1", "a"))
    await broker.publisher.publish(Outgoing(SUBJECT, b"1", "a"))

    assert await broker.stored() == 1


async def test_publish_is_refused_at_once_while_nats_is_away(broker: Broker) -> None:
    await broker.servers.nats.kill()
    await until(lambda: not broker.publisher.is_connected)
    began = asyncio.get_running_loop().time()

    with pytest.raises(PublishFailed):
        await broker.publisher.publish(Outgoing(SUBJECT, b"1", "a"))

    assert asyncio.get_running_loop().time() - began < 0.2
    await until(lambda: not broker.publisher.is_patient)


async def test_publish_in_flight_when_nats_dies_raises_and_is_not_sent_late(broker: Broker) -> None:
    before = await broker.stored()
    burst = [asyncio.create_task(broker.publisher.publish(Outgoing(SUBJECT, b"x", f"k{n}"))) for n in range(500)]
    await asyncio.sleep(0)
    await broker.servers.nats.kill()
    results = await asyncio.wait_for(asyncio.gather(*burst, return_exceptions=True), 5)
    await broker.servers.nats.start()
    await until(lambda: broker.bus.is_connected and broker.publisher.is_connected)

    acknowledged = sum(result is None for result in results)
    assert all(result is None or isinstance(result, PublishFailed) for result in results)
    assert await broker.stored() - before >= acknowledged
    await broker.publisher.publish(Outgoing(SUBJECT, b"after", "after"))


async def test_frame_is_in_its_stream_without_an_acknowledgement_and_lost_while_nats_is_away(broker: Broker) -> None:
    frame = Outgoing("ev.v1.default.frame.0.0.CP001.ocppj.logged", b"{}")

    is_too_large_taken = broker.publisher.publish_unacknowledged(frame._replace(payload=b"x" * 2**21))
    is_taken = broker.publisher.publish_unacknowledged(frame)
    stored = await eventually(lambda: broker.stored(Stream.FRAMES))
    await broker.servers.nats.kill()
    await until(lambda: not broker.publisher.is_connected)

    assert (is_too_large_taken, is_taken, stored) == (False, True, 1)
    assert not broker.publisher.publish_unacknowledged(frame)
    await broker.servers.nats.start()


async def test_publish_without_a_stream_is_refused(broker: Broker) -> None:
    with pytest.raises(PublishFailed):
        await broker.publisher.publish(Outgoing("nobody.captures.this", b"1"))


async def test_last_value_of_each_slot_is_published_once_nats_is_back(broker: Broker) -> None:
    await broker.servers.nats.stop()
    await until(lambda: not broker.bus.is_connected)
    for status in (b"old", b"new"):
        broker.publisher.publish_latest((station_key(), "status", 1), Outgoing(SUBJECT, status))
    broker.publisher.publish_latest((station_key(), "status", 2), Outgoing(SUBJECT, b"other"))
    await broker.servers.nats.start()
    await broker.publisher.flush(timeout_s=10)

    last = await broker.bus.jetstream.get_last_msg(Stream.FACTS, SUBJECT)
    assert await broker.stored() == 2
    assert last.data == b"other"


async def test_station_that_names_many_connectors_pushes_out_its_own_last_values_alone(broker: Broker) -> None:
    await broker.servers.nats.stop()
    await until(lambda: not broker.publisher.is_connected)
    broker.publisher.publish_latest((station_key("CP002"), "status", 1), Outgoing(SUBJECT, b"neighbour"))
    for number in range(SLOTS_OF_STATION + 50):
        broker.publisher.publish_latest((station_key(), "status", number), Outgoing(SUBJECT, b"%d" % number))
    await broker.servers.nats.start()
    await broker.publisher.flush(timeout_s=10)

    last = await broker.bus.jetstream.get_last_msg(Stream.FACTS, SUBJECT)
    assert await broker.stored() == SLOTS_OF_STATION + 1
    assert last.data == b"%d" % (SLOTS_OF_STATION + 49)


async def test_start_said_again_gets_its_number_from_any_node(nats_url: str) -> None:
    async with connected(nats_url) as one, connected(nats_url, "node2") as two:
        first = await KeyValueNumbers(one).number_of(station_key(), "start-a")
        again = await KeyValueNumbers(two).number_of(station_key(), "start-a")

    assert first == again == 1


async def test_numbers_are_unique_when_nodes_race(nats_url: str) -> None:
    async with connected(nats_url) as one, connected(nats_url, "node2") as two:
        nodes = (KeyValueNumbers(one), KeyValueNumbers(two))
        asked = [node.number_of(station_key(), f"start-{n}-{i}") for n in range(10) for i, node in enumerate(nodes)]
        numbers = await asyncio.gather(*asked)

    assert sorted(numbers) == list(range(1, 21))


async def test_two_tenants_number_their_own_stations(nats_url: str) -> None:
    async with connected(nats_url) as bus:
        numbers = KeyValueNumbers(bus)
        first = await numbers.number_of(station_key(tenant="a"), "start")
        second = await numbers.number_of(station_key(tenant="b"), "start")

    assert (first, second) == (1, 1)


async def test_takeover_has_a_higher_epoch_and_evicts_the_holder(nats_url: str) -> None:
    evicted: list[tuple[str, int]] = []
    async with connected(nats_url) as one, connected(nats_url, "node2") as two:
        await one.serve_evictions(lambda station, epoch: evicted.append((station.station, epoch)))
        older = await KeyValuePresence(one, node="node1").claim(station_key(), opened_at=EARLY)
        newer = await KeyValuePresence(two, node="node2").claim(station_key(), opened_at=LATE)
        await until(lambda: bool(evicted))
        await KeyValuePresence(one, node="node1").release(station_key(), older)
        entry = await (await two.presence_bucket()).get(key_of(station_key()))

    assert newer > older
    assert evicted == [("CP001", newer)]
    assert entry.revision == newer


async def test_late_claim_takes_what_is_free_and_nothing_from_a_newer_socket(nats_url: str) -> None:
    async with connected(nats_url) as one, connected(nats_url, "node2") as two:
        first, second = KeyValuePresence(one, node="node1"), KeyValuePresence(two, node="node2")
        free = await first.reclaim(station_key(), opened_at=EARLY)
        await first.release(station_key(), free)
        given_up = await first.reclaim(station_key(), opened_at=EARLY)
        newer = await second.reclaim(station_key(), opened_at=LATE)

        with pytest.raises(HeldByNewer):
            await first.reclaim(station_key(), opened_at=EARLY)
        entry = await (await two.presence_bucket()).get(key_of(station_key()))

    assert free < given_up < newer == entry.revision


async def test_last_value_that_is_too_large_takes_no_other_with_it(broker: Broker) -> None:
    large = Outgoing(SUBJECT, b"x" * 2_000_000, "large")
    broker.publisher.publish_latest((station_key(), "status", 1, 1), large)
    broker.publisher.publish_latest((station_key(), "status", 2, 1), Outgoing(SUBJECT, b"small", "small"))
    await broker.publisher.flush(timeout_s=5)

    assert await broker.stored() == 1


async def test_registry_follows_the_bucket_and_survives_a_restart(servers: EmbeddedServers, nats_url: str) -> None:
    async with connected(nats_url) as bus:
        registry = WatchedRegistry(bus)
        watching = asyncio.create_task(registry.run())
        await asyncio.wait_for(registry.loaded(), 5)
        bucket = await bus.registry_bucket()
        await bucket.put(key_of(station_key()), msgspec.json.encode(RegistryEntry(heartbeat_interval_s=42)))
        await until(lambda: registry.find(station_key()) == RegistryEntry(heartbeat_interval_s=42))
        await servers.nats.stop()
        assert registry.find(station_key()) is not None
        await servers.nats.start()
        await until(lambda: bus.is_connected)
        await bucket.put(key_of(station_key("CP002")), msgspec.json.encode(RegistryEntry()))
        await until(lambda: registry.find(station_key("CP002")) is not None, deadline_s=10)
        assert (registry.has_tenant(TenantId("default")), registry.has_tenant(TenantId("a.b"))) == (True, False)
        await bucket.put(key_of(station_key("CP003", "a.b")), msgspec.json.encode(RegistryEntry()))
        await until(lambda: registry.has_tenant(TenantId("a.b")))
        await bucket.delete(key_of(station_key()))
        await until(lambda: registry.find(station_key()) is None)
        watching.cancel()


QUESTION = AuthorizeToken(TenantId("default"), "ref", StationId("CP001"))


async def test_silent_identity_leaves_a_cached_yes_and_else_the_operators_choice(nats_url: str) -> None:
    async with connected(nats_url) as bus:
        authority = IdentityAuthority(bus, timeout_s=0.5, accepts_when_silent=False)
        before = await authority.judge(QUESTION)
        verdict = TokenVerdict(AuthorizationStatus.ACCEPTED, driver_id=DriverId("d1"), group="FAMILY")

        async def answer(message: object) -> None:
            await bus.client.publish(message.reply, msgspec.json.encode(verdict))  # type: ignore[attr-defined]

        identity = await bus.client.subscribe(query_subject("identity", "authorize_token"), cb=answer)
        asked = await authority.judge(QUESTION)
        await identity.unsubscribe()
        cached = await authority.judge(QUESTION)

    assert (before.status, before.basis) == (AuthorizationStatus.INVALID, AuthorizationBasis.DEFERRED)
    assert (asked.driver_id, asked.group, asked.basis) == ("d1", "FAMILY", AuthorizationBasis.IDENTITY)
    assert (cached.driver_id, cached.group, cached.basis) == ("d1", "FAMILY", AuthorizationBasis.CACHED)


async def test_question_is_in_the_trace_of_its_call_where_that_is_sampled(nats_url: str) -> None:
    tracer = CallTracer(TracerProvider().get_tracer("tests"), sample=0.5, charges=1.0)
    said: list[str] = []
    contexts: list[str] = []
    station = Station(
        station_key(), OcppVersion.V16, "node1", RegistrationStatus.ACCEPTED, 300, 0, DeviationBook(EARLY)
    )
    async with connected(nats_url) as bus:
        authority = IdentityAuthority(bus, timeout_s=2.0, accepts_when_silent=False)

        async def answer(message: Msg) -> None:
            said.append((message.headers or {}).get("traceparent", ""))
            await bus.client.publish(message.reply, msgspec.json.encode(TokenVerdict(AuthorizationStatus.ACCEPTED)))

        await bus.client.subscribe(query_subject("identity", "authorize_token"), cb=answer)
        for _ in range(3):
            call = ReceivedCall(station, EARLY, b"{}")
            span = tracer.begin(Heartbeat(), call, action="Heartbeat", began=perf_counter())
            await authority.judge(QUESTION)
            end(span)
            contexts.append(call.traceparent)
        await authority.judge(QUESTION)

    assert said == [*contexts, ""]
    assert [bool(one) for one in said] == [True, False, True, False]


async def test_numbers_are_refused_while_nats_is_away(broker: Broker) -> None:
    await broker.servers.nats.stop()
    await until(lambda: not broker.bus.is_connected)

    with pytest.raises(BusUnavailable):
        await KeyValueNumbers(broker.bus).number_of(station_key(), "start")


async def test_vehicle_hears_failed_where_nobody_provides_certificates(nats_url: str) -> None:
    question = AskEvCertificate(TenantId("default"), StationId("CP001"), "s", EvCertificateAction.INSTALL, "gJg=")
    replies = [EvCertificateReply("Accepted", "gJk="), b"not JSON"]
    async with connected(nats_url) as bus:
        certificates = BusEvCertificates(bus, timeout_s=0.5)
        silent = await certificates.ask_certificate(question)

        async def answer(message: object) -> None:
            reply = replies.pop(0)
            payload = reply if isinstance(reply, bytes) else msgspec.json.encode(reply)
            await bus.client.publish(message.reply, payload)  # type: ignore[attr-defined]

        await bus.client.subscribe(query_subject("stations", "ev_certificate"), cb=answer)
        provided = await certificates.ask_certificate(question)
        broken = await certificates.ask_certificate(question)

    assert (silent.status, broken.status) == ("Failed", "Failed")
    assert provided == EvCertificateReply("Accepted", "gJk=")
