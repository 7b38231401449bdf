"""E-mail: to an SMTP server, into a folder, or nowhere."""

import asyncio
import os
import ssl
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

import aiosmtplib

from backoffice.notifications.channels.port import Outcome, Parcel, Result
from backoffice.notifications.settings import NotificationsSettings

_PERMANENT = range(500, 600)
# What is wrong with us, not with the letter (RFC 4954 §6, RFC 3207 §4): the next one may find it mended.
_OUR_OWN_FAULTS = (530, 534, 535, 538)


class Postman(Protocol):
    """Takes a letter somewhere."""

    async def take(self, letter: EmailMessage, parcel_id: str) -> None:
        """The letter is there. Raises aiosmtplib's errors, or OSError."""
        ...


class MailChannel:
    """Writes letters and gives them to the postman that the settings name."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings
        self._postman = _postman_of(settings)

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        """The mail is with the next server, or in the folder."""
        if self._postman is None:
            return Outcome(Result.SUPPRESSED, "no way to send mail is set: NOTIFICATIONS_SMTP_HOST")
        if not parcel.address:
            return Outcome(Result.SUPPRESSED, "the person has no address")
        try:
            letter = write_letter(parcel, self._settings, now=now)
        except (ValueError, MessageError) as error:
            return Outcome(Result.REFUSED, f"no letter can have this address: {error}", parcel.address)
        try:
            await self._postman.take(letter, parcel.id)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            return _refusal(refused.code, refused.message, parcel.address)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code, error.message, parcel.address)
        except TimeoutError:
            return Outcome(Result.FAILED, f"no answer within {self._settings.send_timeout_s:g} s", parcel.address)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome(Result.FAILED, f"{type(error).__name__}: {error}", parcel.address)
        return Outcome(Result.SENT, sent_to=parcel.address)


class SmtpPostman:
    """One connection a letter, encrypted as the settings want it."""

    def __init__(self, settings: NotificationsSettings) -> None:
        assert settings.smtp_host is not None
        self._host = settings.smtp_host
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.smtp_ca_file)

    async def take(self, letter: EmailMessage, parcel_id: str) -> None:
        """The server has it."""
        settings = self._settings
        password = settings.smtp_password
        async with asyncio.timeout(settings.send_timeout_s):
            await aiosmtplib.send(
                letter,
                hostname=self._host,
                port=settings.smtp_port,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                tls_context=None if settings.smtp_security == "none" else self._tls,
                username=settings.smtp_user,
                password=password.get_secret_value() if password else None,
                timeout=settings.send_timeout_s,
            )


class FolderPostman:
    """A file a letter, `<delivery id>.eml`, which mail programs open; the same letter twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def take(self, letter: EmailMessage, parcel_id: str) -> None:
        """The file is there, whole."""
        await asyncio.to_thread(self._write, letter.as_bytes(policy=SMTP), parcel_id)

    def _write(self, content: bytes, parcel_id: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f".{parcel_id}.new"
        # Codes and bills are for whoever owns the folder.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        unfinished.replace(self._folder / f"{parcel_id}.eml")


def write_letter(parcel: Parcel, settings: NotificationsSettings, *, now: datetime) -> EmailMessage:
    """The parcel as a letter in plain text and HTML, under its Message-ID.

    Raises ValueError or MessageError for an address that no letter can have.
    """
    assert parcel.text is not None
    mailbox, _, domain = parcel.address.rpartition("@")
    _, sender = parseaddr(settings.mail_from)
    letter = EmailMessage()
    letter["From"] = settings.mail_from
    # A name of two lines would begin another header; a domain in another script travels as every server knows it.
    name = " ".join(parcel.name.split())
    letter["To"] = Address(name, addr_spec=f"{mailbox}@{domain.encode('idna').decode()}")
    letter["Subject"] = parcel.text.subject
    letter["Date"] = now
    letter["Message-ID"] = f"<{parcel.id}@{sender.rpartition('@')[2]}>"
    # No answer of a machine: "I am on holiday" is not for us (RFC 3834 §5).
    letter["Auto-Submitted"] = "auto-generated"
    if settings.mail_reply_to:
        letter["Reply-To"] = settings.mail_reply_to
    letter.set_content(parcel.text.plain)
    letter.add_alternative(parcel.text.html, subtype="html")
    letter["Content-Language"] = parcel.language
    return letter


def _postman_of(settings: NotificationsSettings) -> Postman | None:
    if settings.smtp_host is not None:
        return SmtpPostman(settings)
    return None if settings.mail_folder is None else FolderPostman(settings.mail_folder)


def _refusal(code: int, message: str, address: str) -> Outcome:
    is_final = code in _PERMANENT and code not in _OUR_OWN_FAULTS
    return Outcome(Result.REFUSED if is_final else Result.FAILED, f"{code} {message}", address)
