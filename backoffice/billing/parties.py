"""Who pays how, who sells, and which VAT a country takes: what operators say, and what an invoice makes of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from backoffice.billing import parties_repository, repository
from backoffice.billing.charges import Charge
from backoffice.billing.companies import VatRegister
from backoffice.billing.domain import HoldState, PayerKind
from backoffice.billing.models import PayerRow, SellerRow, VatRateRow
from backoffice.billing.taxation import Party, Terms, has_reverse_charge
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from protocol.blocks.payment.queries import AskVatNumber
from protocol.domain.identifiers import TenantId


@dataclass(frozen=True, slots=True)
class Sides:
    """Who sells to whom, how it is paid and which VAT applies, at the time of an invoice."""

    terms: Terms
    payer_kind: PayerKind
    seller: Party | None
    buyer: Party | None


class Parties:
    """`country` is the seller's where a tenant has not said who it is."""

    def __init__(self, database: Database, register: VatRegister, *, country: str, clock: Clock) -> None:
        self.database = database
        self._register = register
        self._country = country
        self._clock = clock

    async def is_vat_number_valid(self, tenant: TenantId, buyer: Party | None) -> bool:
        """Whether the register knows the buyer's VAT number: asked outside of any transaction."""
        if buyer is None or buyer.vat_number is None:
            return False
        return (await self._register.check(AskVatNumber(tenant, buyer.vat_number))).is_valid

    async def set_payer(
        self, unit: Unit, driver_id: str, *, kind: PayerKind, buyer: Party | None, is_valid: bool, operator: str
    ) -> PayerRow:
        """From now on the driver's invoices are paid so, and made out to this buyer."""
        values = {
            "tenant_id": unit.tenant,
            "driver_id": driver_id,
            "kind": kind,
            "buyer": msgspec.to_builtins(buyer),
            "is_vat_number_valid": is_valid,
            "changed_by": operator,
            "changed_at": self._clock(),
        }
        await parties_repository.save_payer(unit, values)
        return await self.find_payer(unit, driver_id)

    async def find_payer(self, unit: Unit, driver_id: str) -> PayerRow:
        """How the driver pays: by card where nobody said otherwise."""
        found = await parties_repository.find_payer(unit, driver_id)
        return found or PayerRow(
            tenant_id=unit.tenant,
            driver_id=driver_id,
            kind=PayerKind.CARD,
            buyer=None,
            is_vat_number_valid=False,
            changed_by="",
            changed_at=self._clock(),
        )

    async def set_seller(self, unit: Unit, party: Party, *, operator: str) -> SellerRow:
        """From now on the tenant's invoices name this seller, and have its country's VAT."""
        values = {
            "tenant_id": unit.tenant,
            "party": msgspec.to_builtins(party),
            "changed_by": operator,
            "changed_at": self._clock(),
        }
        await parties_repository.save_seller(unit, values)
        row = await parties_repository.find_seller(unit)
        assert row is not None
        return row

    async def set_vat_rate(
        self, unit: Unit, country: str, *, valid_from: date, percent: Decimal, operator: str
    ) -> VatRateRow:
        """From that day on the country takes this rate."""
        values = {
            "tenant_id": unit.tenant,
            "country": country,
            "valid_from": valid_from,
            "percent": percent,
            "changed_by": operator,
        }
        await parties_repository.save_vat_rate(unit, values)
        row = await parties_repository.find_vat_rate(unit, country, on=valid_from)
        assert row is not None
        return row

    async def sides_of(self, unit: Unit, charge: Charge) -> Sides:
        """Whose invoice the charge becomes. What is held on a card is taken from that card."""
        seller_row = await parties_repository.find_seller(unit)
        seller = None if seller_row is None else msgspec.convert(seller_row.party, Party)
        country = self._country if seller is None else seller.country
        payer = None if charge.driver_id is None else await parties_repository.find_payer(unit, charge.driver_id)
        buyer = None if payer is None or payer.buyer is None else msgspec.convert(payer.buyer, Party)
        kind = PayerKind.CARD if payer is None else PayerKind(payer.kind)
        hold = await repository.find_hold(unit, charge.intent_id) if charge.intent_id else None
        if kind is PayerKind.ACCOUNT and hold is not None and hold.state == HoldState.HELD:
            kind = PayerKind.CARD
        rate = await parties_repository.find_vat_rate(unit, country, on=charge.ended_at.date())
        terms = Terms(
            country=country,
            vat_percent=None if rate is None else rate.percent,
            is_reverse_charge=has_reverse_charge(
                seller_country=country,
                buyer=buyer,
                is_vat_number_valid=payer is not None and payer.is_vat_number_valid,
            ),
            is_free=kind is PayerKind.FREE,
        )
        return Sides(terms, kind, seller, buyer)
