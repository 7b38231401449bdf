"""Nobody makes us ask our own network, whatever their URL or their name server says."""

import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from backoffice.notifications.errors import AddressRefused
from backoffice.notifications.outgoing import Address, Outgoing, Resolve, Unreachable, is_public
from tests.backoffice.notifications.receivers import endpoint
from tests.factories.certificates import MinimalAuthority

LOOPBACK, PUBLIC = ip_address("127.0.0.1"), ip_address("93.184.215.14")


def says(*answers: Sequence[Address]) -> Resolve:
    """A name server that answers otherwise each time."""
    waiting = list(answers)

    async def resolve(_host: str, _port: int) -> Sequence[Address]:
        return waiting.pop(0)

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.0.192", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:db8::1", "168.63.129.16", "fec0::1", "::127.0.0.1", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14", "64:ff9b::808:808"]
)
def test_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/", "ftp://hooks.example.org/", "https://", "hooks.example.org", "https:///path",
        "file:///etc/passwd", "https://user:secret@hooks.example.org/", "https://127.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest/meta-data", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
        "https://[::ffff:10.0.0.1]/", "https://hooks.example.org:99999/", "https://x.example/" + "a" * 2_048,
        "https://①②⑦.⓪.⓪.①/",
    ],
)  # fmt: skip
def test_url_that_is_not_for_us_is_refused_by_its_form(url: str) -> None:
    with pytest.raises(AddressRefused):
        Outgoing(timeout_s=1, allow_private=False).check(url)


@pytest.mark.parametrize(
    "url", ["https://hooks.example.org/a?b=c", "https://hooks.example.org:8443", "https://8.8.8.8/"]
)
def test_url_of_the_internet_may_be_sent_to(url: str) -> None:
    assert Outgoing(timeout_s=1, allow_private=False).check(url).host


@pytest.mark.parametrize("addresses", [(LOOPBACK,), (PUBLIC, LOOPBACK), (ip_address("::ffff:169.254.169.254"),)])
async def test_name_that_points_into_our_network_is_refused_whole(addresses: Sequence[Address]) -> None:
    outgoing = Outgoing(timeout_s=1, allow_private=False, resolve=says(addresses))

    with pytest.raises(AddressRefused, match="not a public one"):
        await outgoing.post("https://hooks.example.org/", b"{}", {})


async def test_systems_own_name_for_this_machine_is_refused() -> None:
    with pytest.raises(AddressRefused):
        await Outgoing(timeout_s=5, allow_private=False).post("https://localhost:1/", b"{}", {})


async def test_name_is_asked_for_once_and_the_connection_goes_where_it_pointed() -> None:
    async with endpoint() as there:
        outgoing = Outgoing(timeout_s=5, allow_private=True, resolve=says([LOOPBACK]))

        status, _ = await outgoing.post(f"http://hooks.example.org:{there.port}/in?x=1", b"{}", {"webhook-id": "1"})

    [request] = there.got
    assert status == 204
    assert request.path == "/in?x=1"
    assert request.headers["host"] == f"hooks.example.org:{there.port}"
    assert request.headers["webhook-id"] == "1"


async def test_tls_greets_and_checks_the_name_and_not_the_address(tmp_path: Path) -> None:
    authority = MinimalAuthority(tmp_path)
    files = authority.issue("server")
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(files.certificate, files.key)
    ours = ssl.create_default_context(cafile=authority.files.certificate)
    async with endpoint(tls=theirs) as there:
        outgoing = Outgoing(timeout_s=5, allow_private=True, resolve=says([LOOPBACK], [LOOPBACK]), tls=ours)

        status, _ = await outgoing.post(f"https://localhost:{there.port}/", b"{}", {})
        with pytest.raises(Unreachable, match="CERTIFICATE"):
            await outgoing.post(f"https://hooks.example.org:{there.port}/", b"{}", {})

    assert status == 204
    assert there.server_names == ["localhost", "hooks.example.org"]
    assert len(there.got) == 1


async def test_redirect_is_an_answer_and_no_way() -> None:
    async with endpoint() as inner, endpoint(status=302, headers=f"Location: {inner.url}\r\n") as there:
        status, _ = await Outgoing(timeout_s=5, allow_private=True).post(there.url, b"{}", {})

    assert status == 302
    assert not inner.got


async def test_answer_is_read_no_further_than_its_limit() -> None:
    async with endpoint(status=500, content=b"x" * 1_000_000) as there:
        status, answer = await Outgoing(timeout_s=5, allow_private=True).post(there.url, b"{}", {})

    assert status == 500
    assert len(answer) == 4_096


async def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    async with endpoint() as there:
        there.may_answer.clear()

        with pytest.raises(Unreachable, match=r"no answer within 0\.2 s"):
            await Outgoing(timeout_s=0.2, allow_private=True).post(there.url, b"{}", {})


async def test_nobody_there_is_unreachable() -> None:
    async with endpoint() as there:
        pass

    with pytest.raises(Unreachable):
        await Outgoing(timeout_s=5, allow_private=True).post(there.url, b"{}", {})
