"""Letters go to a real server, encrypted and logged in as it is wanted, or into a folder."""

import ssl
import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from backoffice.kit.settings import InvalidSettings, read_settings
from backoffice.notifications.channels.mail import MailChannel
from backoffice.notifications.channels.port import Parcel, Result, Text
from backoffice.notifications.settings import NotificationsSettings
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.notifications.receivers import endpoint, mail_server, part
from tests.factories.certificates import MinimalAuthority

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
PARCEL = Parcel(
    tenant=DEFAULT_TENANT,
    id="d-1",
    kind="receipt",
    recipient="driver-1",
    target="driver-1",
    data={},
    happened_at=AT,
    expires_at=AT,
    is_urgent=False,
    text=Text("Ihr Beleg: 4,62 €", "Vielen Dank.", "Vielen Dank.\n", "<p>Vielen Dank.</p>", None),
    language="de",
    name='Zoë "Z" Öz, <x@y>',
    address="zoe@example.org",
)


def settings(**said: Any) -> NotificationsSettings:
    environ = {f"NOTIFICATIONS_{name.upper()}": str(value) for name, value in said.items()}
    return read_settings([NotificationsSettings], {"TOKEN_KEY": "k" * 16, **environ}).of(NotificationsSettings)


def to(port: int, **said: Any) -> MailChannel:
    return MailChannel(settings(smtp_host="localhost", smtp_port=port, send_timeout_s=3, **said))


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    authority = MinimalAuthority(tmp_path)
    files = authority.issue("mail")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context, authority.files.certificate


def knows(_server: object, _session: object, _envelope: object, _mechanism: str, login: LoginPassword) -> AuthResult:
    return AuthResult(success=(login.login, login.password) == (b"yard", b"right"), handled=False)


async def test_letter_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        outcome = await to(server.port, smtp_security="none").send(PARCEL, now=AT)

    assert outcome.result is Result.SENT
    assert outcome.sent_to == "zoe@example.org"
    [letter] = server.letters
    assert letter["Subject"] == "Ihr Beleg: 4,62 €"
    assert [address.addr_spec for address in letter["To"].addresses] == ["zoe@example.org"]
    assert letter["Content-Language"] == "de"
    assert part(letter, "plain").strip() == "Vielen Dank."
    assert part(letter, "html").strip() == "<p>Vielen Dank.</p>"


async def test_starttls_and_login_before_the_letter(tls: tuple[ssl.SSLContext, Path]) -> None:
    context, authority = tls
    how: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True}
    async with mail_server(**how, authenticator=knows) as server:
        right = to(server.port, smtp_ca_file=authority, smtp_user="yard", smtp_password="right")
        wrong = to(server.port, smtp_ca_file=authority, smtp_user="yard", smtp_password="wrong")

        assert (await right.send(PARCEL, now=AT)).result is Result.SENT
        refused = await wrong.send(PARCEL, now=AT)

    assert refused.result is Result.FAILED, "our own fault, which can be mended"
    assert refused.detail.startswith("535")
    assert len(server.letters) == 1


async def test_tls_from_the_first_byte(tls: tuple[ssl.SSLContext, Path]) -> None:
    context, authority = tls
    async with mail_server(tls=context) as server:
        outcome = await to(server.port, smtp_security="tls", smtp_ca_file=authority).send(PARCEL, now=AT)

    assert outcome.result is Result.SENT


async def test_server_that_offers_no_encryption_gets_no_letter_unless_that_is_wanted() -> None:
    async with mail_server() as server:
        outcome = await to(server.port).send(PARCEL, now=AT)

    assert outcome.result is Result.FAILED
    assert not server.letters


async def test_server_that_nobody_vouches_for_gets_no_letter(tls: tuple[ssl.SSLContext, Path]) -> None:
    async with mail_server(tls_context=tls[0]) as server:
        outcome = await to(server.port).send(PARCEL, now=AT)

    assert outcome.result is Result.FAILED
    assert not server.letters


@pytest.mark.parametrize(
    ("answer", "result"), [("550 no such mailbox", Result.REFUSED), ("451 try later", Result.FAILED)]
)
async def test_refusal_for_good_ends_it_and_one_for_now_does_not(answer: str, result: Result) -> None:
    async with mail_server() as server:
        server.refuses = answer

        outcome = await to(server.port, smtp_security="none").send(PARCEL, now=AT)

    assert (outcome.result, outcome.detail) == (result, answer)


@pytest.mark.parametrize("address", ["two words@example.org", "zoë@example.org", "nobody", "x@" + "y" * 64])
async def test_address_that_no_letter_can_have_is_given_up(address: str) -> None:
    async with mail_server() as server:
        outcome = await to(server.port, smtp_security="none").send(replace(PARCEL, address=address), now=AT)

    assert outcome.result is Result.REFUSED
    assert not server.letters


async def test_name_begins_no_other_header_and_a_domain_may_be_of_another_script() -> None:
    parcel = replace(PARCEL, name="Ada\r\nBcc: all@example.org", address="ada@öz.example")
    async with mail_server() as server:
        outcome = await to(server.port, smtp_security="none").send(parcel, now=AT)

    assert outcome.result is Result.SENT
    [letter] = server.letters
    assert letter["Bcc"] is None
    [receiver] = letter["To"].addresses
    assert (receiver.display_name, receiver.addr_spec) == ("Ada Bcc: all@example.org", "ada@xn--z-0ga.example")


async def test_server_that_does_not_answer_is_not_waited_for() -> None:
    async with endpoint() as silent:
        channel = MailChannel(
            settings(smtp_host="localhost", smtp_port=silent.port, smtp_security="none", send_timeout_s=0.2)
        )

        outcome = await channel.send(PARCEL, now=AT)

    assert (outcome.result, outcome.detail) == (Result.FAILED, "no answer within 0.2 s")


async def test_server_that_is_away_is_tried_again() -> None:
    async with mail_server() as server:
        pass

    assert (await to(server.port, smtp_security="none").send(PARCEL, now=AT)).result is Result.FAILED


async def test_folder_has_a_file_a_letter_that_its_owner_alone_reads(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    channel = MailChannel(settings(mail_folder=folder))

    for _ in range(2):
        assert (await channel.send(PARCEL, now=AT)).result is Result.SENT

    [file] = folder.iterdir()
    assert file.name == "d-1.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["Message-ID"] == "<d-1@localhost>"
    assert part(letter, "plain").strip() == "Vielen Dank."


async def test_without_any_way_to_send_mail_the_log_says_so() -> None:
    outcome = await MailChannel(settings()).send(PARCEL, now=AT)

    assert outcome.result is Result.SUPPRESSED
    assert "NOTIFICATIONS_SMTP_HOST" in outcome.detail


@pytest.mark.parametrize(
    "said",
    [
        {"smtp_security": "none", "smtp_password": "x"},
        {"mail_from": "nobody"},
        {"default_timezone": "Mars/Olympus"},
        {"app_url": "app.example.org"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_the_start(said: Mapping[str, str]) -> None:
    with pytest.raises(InvalidSettings, match=f"NOTIFICATIONS_{list(said)[-1].upper()}"):
        settings(**said)
