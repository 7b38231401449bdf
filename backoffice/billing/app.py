"""The billing service, put together."""

from dataclasses import replace
from pathlib import Path

from backoffice.billing import (
    credit_routes,
    document_routes,
    ledger_routes,
    parties_routes,
    prepaid_routes,
    statement_routes,
    web_payment_routes,
    webhook_routes,
)
from backoffice.billing.bookings import BookingDesk
from backoffice.billing.collection import Collection
from backoffice.billing.companies import FileVatRegister
from backoffice.billing.consumers import BillingEvents
from backoffice.billing.credits import Credits
from backoffice.billing.holds import Holds
from backoffice.billing.parties import Parties
from backoffice.billing.prepaid import PrepaidAccounts
from backoffice.billing.privacy import Departures
from backoffice.billing.privacy_repository import PERSONAL_TABLES
from backoffice.billing.providers.port import PaymentProvider
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.billing.providers.stripe import StripeProvider
from backoffice.billing.providers.stripe_api import StripeApi
from backoffice.billing.refunds import Refunds
from backoffice.billing.routes import router as own_router
from backoffice.billing.service import Billing
from backoffice.billing.settings import BillingSettings
from backoffice.billing.settlements import Settlements
from backoffice.billing.statements import Statements
from backoffice.billing.terminals import Terminals
from backoffice.billing.web_payments import WebPayments
from backoffice.billing.webhooks import Webhooks
from backoffice.contracts.billing import (
    BOOKINGS_OF,
    CHECK_VAT_NUMBER,
    HOLD_PAYMENT,
    PREPAID_CREDIT,
    RECEIPT_OF,
    RELEASE_HOLD,
)
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, PERSONAL_DATA_OF, PersonalData
from backoffice.contracts.reservations import ReservationCharged
from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted, SessionCredited
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import Consumer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service, Worker
from protocol.blocks.payment.events import PaymentAuthorised, SettlementReported
from protocol.bus.subjects import Kind

_COLLECT_EVERY_S, _AFTER_EVENTS_S = 1.0, 0.25
_RELEASE_EVERY_S = 1.0
_RETRY_EVERY_S = 1.0
_CLOSE_EVERY_S = 2.0
_FORGET_EVERY_S = 3_600.0
_REMOVE_EVERY_S = 1.0


def build(context: Context[BillingSettings]) -> Parts:
    """Its parts, with the provider that the settings name."""
    settings = context.settings
    if settings.provider == "sandbox":
        return build_with(context, SandboxProvider(context.database, clock=context.clock))
    assert settings.stripe_key is not None, "the settings see to it"
    api = StripeApi(
        key=settings.stripe_key.get_secret_value(), url=settings.stripe_url, timeout_s=settings.stripe_timeout_s
    )
    provider = StripeProvider(api)
    return _hearing_webhooks(context, build_with(context, provider), provider)


def _hearing_webhooks(context: Context[BillingSettings], parts: Parts, provider: StripeProvider) -> Parts:
    """The parts, and those that hear what Stripe says unasked."""
    secret = context.settings.stripe_webhook_secret
    assert secret is not None, "the settings see to it"
    holds = Holds(context.database, provider, clock=context.clock)
    refunds = Refunds(context.database, provider, clock=context.clock)
    webhooks = Webhooks(context.database, holds, refunds, secret=secret.get_secret_value(), clock=context.clock)
    return replace(
        parts,
        routers=(*parts.routers, webhook_routes.router),
        provides=(*parts.provides, webhooks),
        background=(*parts.background, provider.keep_open),
        workers=(*parts.workers, Worker("forget_old_events", webhooks.forget_old_events, every_s=_FORGET_EVERY_S)),
    )


def build_with(context: Context[BillingSettings], provider: PaymentProvider) -> Parts:
    """Its parts, with any provider."""
    register = FileVatRegister(context.settings.vat_register_file)
    parties = Parties(context.database, register, country=context.settings.country, clock=context.clock)
    billing = Billing(context.database, provider, parties, clock=context.clock)
    holds = Holds(context.database, provider, clock=context.clock)
    terminals = Terminals(context.database, provider, clock=context.clock)
    prepaid = PrepaidAccounts(context.database, clock=context.clock)
    collection = Collection(context.database, provider, prepaid=prepaid, terminals=terminals, clock=context.clock)
    credits_ = Credits(context.database, prepaid=prepaid, clock=context.clock)
    refunds = Refunds(context.database, provider, clock=context.clock)
    settlements = Settlements(
        context.database,
        key=context.settings.token_key.get_secret_value().encode(),
        public_url=context.settings.public_url,
        clock=context.clock,
    )
    web_payments = WebPayments(billing, context.bus, timeout_s=context.settings.web_payment_timeout_s)
    statements = Statements(context.database, clock=context.clock)
    events = BillingEvents(billing, credits_)
    departures = Departures(context.database, provider, clock=context.clock)
    personal_data = PersonalDataDesk(context.database, PERSONAL_TABLES, PersonalData.of)
    return Parts(
        routers=(
            own_router,
            ledger_routes.router,
            credit_routes.router,
            document_routes.router,
            parties_routes.router,
            statement_routes.router,
            prepaid_routes.router,
            web_payment_routes.router,
        ),
        provides=(billing, settlements, prepaid, web_payments, credits_, parties, statements),
        consumers=(
            Consumer(
                Kind.DOMAIN,
                {
                    ChargingSessionCompleted: events.on_session_completed,
                    ParkingSessionCompleted: events.on_parking_completed,
                    ReservationCharged: events.on_reservation_charged,
                    SessionCredited: events.on_session_credited,
                    DriverDeleted: departures.on_driver_deleted,
                },
            ),
            Consumer(
                Kind.STATION,
                {SettlementReported: settlements.on_reported, PaymentAuthorised: terminals.on_authorised},
            ),
        ),
        answers=(
            Answerer(HOLD_PAYMENT, holds.hold_payment),
            Answerer(RELEASE_HOLD, holds.release_hold),
            Answerer(PREPAID_CREDIT, prepaid.credit_of),
            Answerer(RECEIPT_OF, settlements.receipt_of),
            Answerer(CHECK_VAT_NUMBER, register.check),
            Answerer(BOOKINGS_OF, BookingDesk(context.database).answer),
            Answerer(PERSONAL_DATA_OF["billing"], personal_data.tell),
            Answerer(OBSTACLES_OF["billing"], departures.answer_obstacles),
        ),
        workers=(
            Worker("collect_due", collection.collect_due, every_s=_COLLECT_EVERY_S, after_events_s=_AFTER_EVENTS_S),
            Worker("credit_sessions", credits_.credit_sessions, every_s=_RELEASE_EVERY_S),
            Worker("finish_refunds", refunds.finish_refunds, every_s=_RELEASE_EVERY_S),
            Worker("retry_open", collection.retry_open, every_s=_RETRY_EVERY_S),
            Worker("close_months", statements.close_months, every_s=_CLOSE_EVERY_S),
            Worker("remove_cards", departures.remove_cards, every_s=_REMOVE_EVERY_S),
            Worker("finish_releases", holds.finish_releases, every_s=_RELEASE_EVERY_S),
        ),
    )


SERVICE = Service(name="billing", package=Path(__file__).parent, settings=BillingSettings, build=build)
