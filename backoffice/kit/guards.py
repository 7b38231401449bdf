"""What routes need, by name: whoever asks may do that in their tenant.

async def list_tariffs(operator: TariffsReader, …)
"""

from typing import Annotated

from fastapi import Depends

from backoffice.kit.auth import Needs, Principal, Scope

Myself = Annotated[Principal, Depends(Needs(Scope.SELF))]
"""Any person, with their own account."""

PlacesReader = Annotated[Principal, Depends(Needs(Scope.PLACES_READ))]
"""The map: places, prices and what is free; everybody who is logged in."""

SitesReader = Annotated[Principal, Depends(Needs(Scope.SITES_READ))]
"""Stations, locations and closures, of `principal.sites` where those are given."""

StationsReader = Annotated[Principal, Depends(Needs(Scope.STATIONS_READ))]
"""What stations are and hold, inside."""

StationsWriter = Annotated[Principal, Depends(Needs(Scope.STATIONS_WRITE))]
"""The inventory and its closures."""

StationsCommander = Annotated[Principal, Depends(Needs(Scope.STATIONS_COMMAND))]
"""Tells stations something."""

TelemetryReader = Annotated[Principal, Depends(Needs(Scope.TELEMETRY_READ))]
"""Readings, events and messages of stations."""

SessionsReader = Annotated[Principal, Depends(Needs(Scope.SESSIONS_READ))]
"""Sessions and stays: a driver's own."""

SessionsStopper = Annotated[Principal, Depends(Needs(Scope.SESSIONS_STOP))]
"""Stops sessions: a driver their own."""

EvidenceReader = Annotated[Principal, Depends(Needs(Scope.EVIDENCE_READ))]
"""CDRs, and what they rest on."""

ReservationsReader = Annotated[Principal, Depends(Needs(Scope.RESERVATIONS_READ))]
"""A driver's own, or all."""

ReservationsWriter = Annotated[Principal, Depends(Needs(Scope.RESERVATIONS_WRITE))]
"""A driver's own, or anybody's."""

TariffsReader = Annotated[Principal, Depends(Needs(Scope.TARIFFS_READ))]
"""Tariffs, and who has them."""

TariffsWriter = Annotated[Principal, Depends(Needs(Scope.TARIFFS_WRITE))]
"""Tariffs, and who has them, to change."""

PoliciesWriter = Annotated[Principal, Depends(Needs(Scope.POLICIES_WRITE))]
"""What the tenant allows: reservations, onboarding, tolerance of models."""

InvoicesReader = Annotated[Principal, Depends(Needs(Scope.INVOICES_READ))]
"""Invoices, receipts and statements: a driver's own."""

BillingReader = Annotated[Principal, Depends(Needs(Scope.BILLING_READ))]
"""The ledger, payments and payers."""

BillingWriter = Annotated[Principal, Depends(Needs(Scope.BILLING_WRITE))]
"""Refunds, credit and payers."""

BooksWriter = Annotated[Principal, Depends(Needs(Scope.BOOKS_WRITE))]
"""What is the books alone: the seller, VAT, write-offs, statements paid."""

TokensReader = Annotated[Principal, Depends(Needs(Scope.TOKENS_READ))]
"""IdTokens that are not one's own."""

TokensWriter = Annotated[Principal, Depends(Needs(Scope.TOKENS_WRITE))]
"""The same, to change."""

TokensAdopter = Annotated[Principal, Depends(Needs(Scope.TOKENS_ADOPT))]
"""An unknown card, for a driver."""

UsersReader = Annotated[Principal, Depends(Needs(Scope.USERS_READ))]
"""Staff and service accounts."""

UsersWriter = Annotated[Principal, Depends(Needs(Scope.USERS_WRITE))]
"""The same, to change."""

TenantsReader = Annotated[Principal, Depends(Needs(Scope.TENANTS_READ))]
"""Tenants."""

TenantsWriter = Annotated[Principal, Depends(Needs(Scope.TENANTS_WRITE))]
"""Tenants, to change."""

ReportsReader = Annotated[Principal, Depends(Needs(Scope.REPORTS_READ))]
"""Reports, of `principal.sites` where those are given."""

ReportsWriter = Annotated[Principal, Depends(Needs(Scope.REPORTS_WRITE))]
"""The same, to have them made every week or month."""

NoticesReader = Annotated[Principal, Depends(Needs(Scope.NOTICES_READ))]
"""Who was told what, and by which ways."""

NoticesWriter = Annotated[Principal, Depends(Needs(Scope.NOTICES_WRITE))]
"""Webhooks, and messages sent again."""

PlatformReader = Annotated[Principal, Depends(Needs(Scope.PLATFORM_READ))]
"""Settings, alarms, health, and what could not be applied."""

PlatformWriter = Annotated[Principal, Depends(Needs(Scope.PLATFORM_WRITE))]
"""The same, to change."""

AuditReader = Annotated[Principal, Depends(Needs(Scope.AUDIT_READ))]
"""Who changed what."""
