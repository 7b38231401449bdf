"""Requests to addresses that other people gave us: never into our own network, wherever a name points.

Invariants:
1. A name is resolved once, and the connection goes to an address that was looked at: a name that points elsewhere a
   moment later moves nothing.
2. One address that is not public spoils a name: it is refused whole.
3. No redirect is followed, no proxy of the environment is used, an answer is read no further than a limit, and all of
   it has one deadline.
4. No connection is used twice: two names at one address would share it, and one of them was not looked at by TLS.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from backoffice.notifications.errors import AddressRefused

_ANSWER_LIMIT_BYTES = 4_096
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052 §2.1: an IPv4 address in the last 32 bits
# Public by its number, and a cloud's own service to the machines in it: Oracle's and RFC 6890 §2.2.2, Azure's.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(name) for name in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20")
)
_URL_LIMIT, _PORT_LIMIT = 2_048, 65_535

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


class Unreachable(Exception):
    """Nobody answered there in time, or at all."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was looked at by its form alone."""

    url: httpx.URL
    host: str
    port: int


async def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a name, as the system knows them. Raises OSError, UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class Outgoing:
    """Posts to addresses of others. `allow_private` is for development."""

    def __init__(
        self,
        *,
        timeout_s: float,
        allow_private: bool,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()

    def check(self, url: str) -> Target:
        """The URL may be one of ours to send to, by its form. Raises AddressRefused.

        What its name points to is looked at when something is sent.
        """
        try:
            parsed = httpx.URL(url)
            port = parsed.port or _PORTS[parsed.scheme]
        except (ValueError, KeyError, httpx.InvalidURL) as error:
            raise AddressRefused(url, "it is no URL of https") from error
        if parsed.scheme != "https" and not self._allow_private:
            raise AddressRefused(url, "it is not https")
        if parsed.userinfo:
            raise AddressRefused(url, "it has a password in it")
        if not parsed.host or port > _PORT_LIMIT or len(url) > _URL_LIMIT:
            raise AddressRefused(url, "it names no host or no port, or is too long")
        # As the wire has it, so that a name in another script is looked at as what it is asked for.
        host = parsed.raw_host.decode("ascii").strip("[]")
        literal = _address_in(host)
        if literal is not None and not self._may_reach(literal):
            raise AddressRefused(url, "its address is not a public one")
        return Target(parsed, host, port)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """The status that was answered, and the begin of the answer. Raises AddressRefused, Unreachable."""
        target = self.check(url)
        try:
            async with asyncio.timeout(self._timeout_s):
                address = await self._find(url, target)
                return await self._post_to(address, target, body, headers)
        except TimeoutError as error:
            raise Unreachable(f"no answer within {self._timeout_s:g} s") from error
        except (httpx.HTTPError, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    async def _find(self, url: str, target: Target) -> Address:
        try:
            addresses = await self._resolve(target.host, target.port)
        except (socket.gaierror, UnicodeError) as error:
            raise Unreachable(f"{target.host} is not known: {error}") from error
        if not addresses:
            raise Unreachable(f"{target.host} has no address")
        if not all(self._may_reach(address) for address in addresses):
            raise AddressRefused(url, "it points to an address that is not a public one")
        return addresses[0]

    async def _post_to(
        self, address: Address, target: Target, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        there = target.url.copy_with(host=str(address), port=target.port, fragment=None)
        named = {**headers, "Host": target.url.netloc.decode("ascii")}
        # TLS greets, and checks the certificate of, the name that was asked for.
        extensions = {"sni_hostname": target.host}
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._timeout_s) as client,
            client.stream("POST", there, content=body, headers=named, extensions=extensions) as response,
        ):
            answer = b""
            async for chunk in response.aiter_raw(_ANSWER_LIMIT_BYTES):
                answer = (answer + chunk)[:_ANSWER_LIMIT_BYTES]
                if len(answer) == _ANSWER_LIMIT_BYTES:
                    break
            return response.status_code, answer.decode(errors="replace")

    def _may_reach(self, address: Address) -> bool:
        return self._allow_private or is_public(address)


def is_public(address: Address) -> bool:
    """Whether the address is somebody's on the internet: not ours, nor this machine's, nor a cloud's own services.

    An IPv4 address that one of IPv6 stands for is looked at itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None or address.is_site_local:
            return False
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    is_special = address.is_multicast or address.is_reserved or any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not is_special


def _address_in(host: str) -> Address | None:
    """The address that the host is written as, however old-fashioned: 127.1 and 0x7f000001 are the loopback too."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
