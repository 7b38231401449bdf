"""Payers, the seller and rates of VAT by REST, for operators."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from backoffice.billing import parties_repository
from backoffice.billing.domain import PayerKind
from backoffice.billing.errors import SellerNotFound
from backoffice.billing.models import PayerRow, VatRateRow
from backoffice.billing.parties import Parties
from backoffice.billing.taxation import Party
from backoffice.kit.bodies import Body
from backoffice.kit.guards import BillingReader, BillingWriter, BooksWriter
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing", tags=["billing"])
PartiesDep = Annotated[Parties, Depends(provided(Parties))]
Country = Annotated[str, Path(pattern=r"^[A-Z]{2}$", description="ISO 3166.")]
DriverPath = Annotated[str, Path(min_length=1, max_length=64)]


class PartyBody(Body):
    """Who sells or buys."""

    name: str = Field(min_length=1, max_length=200)
    street: str = Field(min_length=1, max_length=200)
    postal_code: str = Field(min_length=1, max_length=20)
    city: str = Field(min_length=1, max_length=100)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    vat_number: str | None = Field(default=None, pattern=r"^[A-Z]{2}[A-Za-z0-9 .+*-]{2,18}$")

    def party(self) -> Party:
        """As it stands on invoices."""
        return msgspec.convert(self.model_dump(), Party)


class PayerBody(Body):
    """How a driver pays: by card, on account by a statement a month, or not at all; and who buys."""

    kind: PayerKind
    buyer: PartyBody | None = None


class PayerView(BaseModel):
    """How a driver pays. `is_vat_number_valid`: the register knew it when it was set."""

    driver_id: str
    kind: PayerKind
    buyer: PartyBody | None
    is_vat_number_valid: bool

    @classmethod
    def of(cls, row: PayerRow) -> "PayerView":
        """A row as it is shown."""
        return cls(
            driver_id=row.driver_id,
            kind=PayerKind(row.kind),
            buyer=None if row.buyer is None else PartyBody.model_validate(row.buyer),
            is_vat_number_valid=row.is_vat_number_valid,
        )


class RateBody(Body):
    """A rate of VAT."""

    percent: PlainDecimal = Field(ge=0, lt=100, max_digits=5)


class VatRateView(RateBody):
    """A country's rate from a day on."""

    country: str
    valid_from: date

    @classmethod
    def of(cls, row: VatRateRow) -> "VatRateView":
        """A row as it is shown."""
        return cls(country=row.country, valid_from=row.valid_from, percent=row.percent)


@router.get("/payers/{driver_id}")
async def read_payer(driver_id: DriverPath, operator: BillingReader, parties: PartiesDep) -> PayerView:
    """How the driver pays; by card where nobody said otherwise."""
    async with parties.database.transaction(operator.tenant) as unit:
        return PayerView.of(await parties.find_payer(unit, driver_id))


@router.put("/payers/{driver_id}")
async def set_payer(driver_id: DriverPath, body: PayerBody, operator: BillingWriter, parties: PartiesDep) -> PayerView:
    """The driver's invoices from now on are paid so, and made out to this buyer; those that are there stay."""
    buyer = None if body.buyer is None else body.buyer.party()
    is_valid = await parties.is_vat_number_valid(operator.tenant, buyer)
    async with parties.database.transaction(operator.tenant) as unit:
        row = await parties.set_payer(
            unit, driver_id, kind=body.kind, buyer=buyer, is_valid=is_valid, operator=operator.subject
        )
        return PayerView.of(row)


@router.get("/seller")
async def read_seller(operator: BillingReader, parties: PartiesDep) -> PartyBody:
    """Who stands on the tenant's invoices."""
    async with parties.database.transaction(operator.tenant) as unit:
        row = await parties_repository.find_seller(unit)
        if row is None:
            raise SellerNotFound
        return PartyBody.model_validate(row.party)


@router.put("/seller")
async def set_seller(body: PartyBody, operator: BooksWriter, parties: PartiesDep) -> PartyBody:
    """Who stands on the tenant's invoices from now on; its country's VAT applies."""
    async with parties.database.transaction(operator.tenant) as unit:
        row = await parties.set_seller(unit, body.party(), operator=operator.subject)
        return PartyBody.model_validate(row.party)


@router.get("/vat-rates")
async def list_vat_rates(operator: BillingReader, parties: PartiesDep) -> list[VatRateView]:
    """Which VAT is taken out of prices that name none."""
    async with parties.database.transaction(operator.tenant) as unit:
        return [VatRateView.of(row) for row in await parties_repository.list_vat_rates(unit)]


@router.put("/vat-rates/{country}/{valid_from}")
async def set_vat_rate(
    country: Country, valid_from: date, body: RateBody, operator: BooksWriter, parties: PartiesDep
) -> VatRateView:
    """What ends that day or later has this rate, where its tariff names no VAT."""
    async with parties.database.transaction(operator.tenant) as unit:
        row = await parties.set_vat_rate(
            unit, country, valid_from=valid_from, percent=body.percent, operator=operator.subject
        )
        return VatRateView.of(row)
