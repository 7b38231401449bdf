"""NATS for the back office: streams that exist, publishing with an acknowledgement, and queries between services.

A connection that is lost comes back by itself, for ever. While it is away everything is refused at once with
BusUnavailable: the client library would keep a request and send it late, and a late command does harm.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError, NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, KeyValueConfig, StorageType, StreamConfig, StreamInfo
from nats.js.errors import APIError, BucketNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from backoffice.kit.errors import BackofficeError, BusUnavailable, PeerFailed, ServiceSilent
from backoffice.kit.telemetry import QUERY_SECONDS
from backoffice.kit.tracing import current_traceparent, traced
from protocol.bus.streams import STREAM_PLANS, StreamPlan
from protocol.bus.subjects import query_subject

log = structlog.get_logger(__name__)

QuestionT = TypeVar("QuestionT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)
QuestionT_co = TypeVar("QuestionT_co", bound=msgspec.Struct, covariant=True)
AnswerT_co = TypeVar("AnswerT_co", bound=msgspec.Struct, covariant=True)

RECONNECT_S = 0.2
PUBLISH_TIMEOUT_S = 5.0
QUERY_TIMEOUT_S = 2.0
QUERIES_AT_ONCE = 32
DRAIN_S = 3.0
ERROR_HEADER = "Chargeyard-Error"
TRACE_HEADER = "traceparent"
_NAME_IN_USE = 10058


class QueryRow(Protocol[QuestionT_co, AnswerT_co]):
    """What a query's row says; `backoffice/contracts` has them all."""

    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def question(self) -> type[QuestionT_co]: ...
    @property
    def answer(self) -> type[AnswerT_co]: ...


class Bus:
    """One connection to NATS, shared by everything in this process."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=PUBLISH_TIMEOUT_S)
        self._reconnected: list[asyncio.Event] = []

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str, *, name: str) -> AsyncIterator["Bus"]:
        """A bus for as long as the context lasts. Waits, with a log line, until NATS is there."""
        client = Client()
        bus = cls(client)
        await client.connect(
            url,
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_S,  # type: ignore[arg-type]  # it sleeps for it, and a second is long
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            error_cb=_log_error,
            disconnected_cb=_log_disconnected,
            reconnected_cb=bus._on_reconnected,
        )
        try:
            yield bus
        finally:
            await client.close()

    @property
    def is_connected(self) -> bool:
        """Whether NATS is there now."""
        return self.client.is_connected

    @asynccontextmanager
    async def reconnections(self) -> AsyncIterator[asyncio.Event]:
        """An event that is set after every reconnection; whoever waits for it clears it."""
        event = asyncio.Event()
        self._reconnected.append(event)
        try:
            yield event
        finally:
            self._reconnected.remove(event)

    async def publish(self, subject: str, payload: bytes, *, message_id: str) -> None:
        """The stream has the message, or had one of this id before. Raises BusUnavailable."""
        headers = {"Nats-Msg-Id": message_id}
        with self.naming_outages():
            await self.jetstream.publish(subject, payload, headers=headers, timeout=PUBLISH_TIMEOUT_S)

    async def request(self, subject: str, payload: bytes, *, timeout_s: float) -> Msg | None:
        """The answer of whoever listens on `subject`; None where nobody does. Raises BusUnavailable, TimeoutError."""
        self._must_be_connected()
        try:
            return await self.client.request(subject, payload, timeout=timeout_s, headers=_trace_headers())
        except NoRespondersError:
            return None
        except TimeoutError:
            raise
        except (NatsError, OSError) as error:
            raise BusUnavailable(_reason(error)) from error

    async def ask(
        self, query: QueryRow[QuestionT, AnswerT], question: QuestionT, *, timeout_s: float = QUERY_TIMEOUT_S
    ) -> AnswerT:
        """The answer of the query's service. Raises ServiceSilent, BusUnavailable, or PeerFailed with its error."""
        subject = query_subject(query.service, query.name)
        try:
            reply = await self.request(subject, msgspec.json.encode(question), timeout_s=timeout_s)
        except TimeoutError as error:
            raise ServiceSilent(query.service, query=query.name) from error
        if reply is None:
            raise ServiceSilent(query.service, query=query.name)
        if code := (reply.headers or {}).get(ERROR_HEADER):
            raise PeerFailed(query.service, code=code, detail=reply.data.decode())
        return msgspec.json.decode(reply.data, type=query.answer)

    async def serve(self, answerer: "Answerer") -> None:
        """Answers a query, many at once, until cancelled; those that began have DRAIN_S to finish.

        Instances of a service share the questions. While all places are taken the next question waits in its queue.
        """
        query = answerer.query
        places = asyncio.Semaphore(QUERIES_AT_ONCE)
        questions = await self.client.subscribe(query_subject(query.service, query.name), queue=query.service)
        async with asyncio.TaskGroup() as group:
            answering: set[asyncio.Task[None]] = set()
            try:
                async for message in questions.messages:
                    await places.acquire()
                    task = group.create_task(self._reply(message, answerer))
                    answering.add(task)
                    task.add_done_callback(answering.discard)
                    task.add_done_callback(lambda _: places.release())
            except asyncio.CancelledError:
                if self.client.is_connected:
                    await questions.unsubscribe()
                if answering:
                    await asyncio.wait(answering, timeout=DRAIN_S)
                raise

    async def _reply(self, message: Msg, answerer: "Answerer") -> None:
        payload, headers = await answerer.answer(message)
        try:
            await self.client.publish(message.reply, payload, headers=headers)
        except NatsError as error:
            log.warning("answer not sent", query=answerer.query.name, reason=_reason(error))

    async def hear(self, subject: str, act: Callable[[bytes], None]) -> None:
        """`act` is called with whatever is published on `subject` while NATS is there; what is missed is missed.

        For hints: who must not miss anything reads the stream. Never returns.
        """
        heard = await self.client.subscribe(subject)
        async for message in heard.messages:
            act(message.data)

    async def ensure_streams(self, *, replicas: int) -> None:
        """The streams of `protocol/bus/streams.py` exist as planned; several processes may say so at once."""
        for plan in STREAM_PLANS:
            await self._ensure_stream(stream_config(plan, replicas=replicas))

    async def stream_created_at(self, stream: str) -> datetime:
        """When the stream was made; one made anew has another time. Raises BusUnavailable."""
        created = (await self._stream_info(stream)).created
        assert created is not None
        return created

    async def last_sequence(self, stream: str) -> int:
        """The sequence of the newest message that the stream has, or had. Raises BusUnavailable."""
        return (await self._stream_info(stream)).state.last_seq

    async def _stream_info(self, stream: str) -> StreamInfo:
        try:
            with self.naming_outages():
                info: StreamInfo = await self.jetstream.stream_info(stream)
        except NotFoundError as error:
            raise BusUnavailable(f"there is no stream {stream}") from error
        return info

    async def bucket(self, name: str, *, replicas: int = 1) -> KeyValue:
        """A key-value bucket with one revision a key, made where it is not there."""
        with self.naming_outages():
            try:
                return await self.jetstream.key_value(name)
            except (BucketNotFoundError, NotFoundError):
                config = KeyValueConfig(bucket=name, history=1, storage=StorageType.FILE, replicas=replicas)
                return await self.jetstream.create_key_value(config)

    @contextmanager
    def naming_outages(self) -> Iterator[None]:
        """Around calls of the client library: refused at once while NATS is away, BusUnavailable where it goes."""
        self._must_be_connected()
        with _naming_outages():
            yield

    def _must_be_connected(self) -> None:
        if not self.client.is_connected:
            raise BusUnavailable("the connection to NATS is being made again")

    async def _ensure_stream(self, config: StreamConfig) -> None:
        with self.naming_outages():
            try:
                await self.jetstream.add_stream(config)
            except APIError as error:
                if error.err_code != _NAME_IN_USE:
                    raise
                await self.jetstream.update_stream(config)

    async def _on_reconnected(self) -> None:
        log.warning("NATS is back")
        for event in self._reconnected:
            event.set()


class Answerer:
    """A query and what answers it. A BackofficeError becomes a typed refusal on the asking side."""

    def __init__(self, query: QueryRow[QuestionT, AnswerT], answer: Callable[[QuestionT], Awaitable[AnswerT]]) -> None:
        self.query: QueryRow[Any, Any] = query
        self._answer: Callable[[Any], Awaitable[msgspec.Struct]] = answer
        self._decode = msgspec.json.Decoder(query.question).decode

    async def answer(self, message: Msg) -> tuple[bytes, dict[str, str] | None]:
        """The answer, or the error's sentence with a header that names its class."""
        began = asyncio.get_running_loop().time()
        name = f"{self.query.service} answers {self.query.name}"
        with traced((message.headers or {}).get(TRACE_HEADER, ""), name):
            payload, error = await self._answer_or_error(message.data)
        result = error or "ok"
        seconds = asyncio.get_running_loop().time() - began
        QUERY_SECONDS.labels(self.query.service, self.query.name, result).observe(seconds)
        return payload, {ERROR_HEADER: error} if error else None

    async def _answer_or_error(self, question: bytes) -> tuple[bytes, str]:
        try:
            return msgspec.json.encode(await self._answer(self._decode(question))), ""
        except (BackofficeError, msgspec.DecodeError) as error:
            return str(error).encode(), type(error).__name__
        except Exception:
            log.exception("query failed", service=self.query.service, query=self.query.name)
            return b"The query could not be answered.", "InternalError"


@contextmanager
def _naming_outages() -> Iterator[None]:
    """What the client library raises becomes BusUnavailable, but for an answer that says: there is no such thing."""
    try:
        yield
    except NotFoundError:
        raise
    except (NatsError, OSError) as error:
        raise BusUnavailable(_reason(error)) from error


def stream_config(plan: StreamPlan, *, replicas: int) -> StreamConfig:
    """The stream as it is planned."""
    return StreamConfig(
        name=plan.stream,
        subjects=plan.subjects,
        discard=DiscardPolicy(plan.discard),
        max_age=plan.max_age_s,
        duplicate_window=plan.duplicate_window_s,
        storage=StorageType.FILE,
        num_replicas=replicas,
    )


def _trace_headers() -> dict[str, str] | None:
    traceparent = current_traceparent()
    return {TRACE_HEADER: traceparent} if traceparent else None


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__


async def _log_error(error: Exception) -> None:
    log.warning("NATS client", reason=_reason(error))


async def _log_disconnected() -> None:
    log.warning("NATS is away")
