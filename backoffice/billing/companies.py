"""Whose VAT number it is: behind a port, for the registers of the world are on the internet.

The one here reads a file; without a file no number is confirmed, for to say yes unchecked would be a lie on an invoice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from protocol.blocks.payment.messages import Company, VatNumberReply
from protocol.blocks.payment.queries import AskVatNumber


class VatRegister(Protocol):
    """Knows companies by their VAT numbers."""

    async def check(self, question: AskVatNumber) -> VatNumberReply:
        """Accepted with the company, or Rejected with the reason."""


class FileVatRegister:
    """A JSON file of companies by VAT number: `{"DE123456789": {"name": …, "street": …, "city": …, "country": …}}`."""

    def __init__(self, path: Path | None) -> None:
        known: Mapping[str, Company] = (
            {} if path is None else msgspec.json.decode(path.read_bytes(), type=dict[str, Company])
        )
        self._known = {_plain(number): company for number, company in known.items()}
        self._has_file = path is not None

    async def check(self, question: AskVatNumber) -> VatNumberReply:
        """Spaces, dots and case make no difference."""
        if not self._has_file:
            return VatNumberReply(vat_number=question.vat_number, is_valid=False, reason="NoRegister")
        company = self._known.get(_plain(question.vat_number))
        return VatNumberReply(
            vat_number=question.vat_number,
            is_valid=company is not None,
            company=company,
            reason="" if company else "UnknownNumber",
        )


def _plain(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())
