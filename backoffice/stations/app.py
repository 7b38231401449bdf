"""Stations, put together."""

from pathlib import Path

from backoffice.contracts.stations import (
    CANCEL_ON_EVSE,
    CERTIFICATE_STATUS,
    DESCRIBE_EVSE,
    DESCRIBE_PLACE,
    EV_CERTIFICATE,
    EXPIRING_CERTIFICATES,
    FIND_OTHER_PLACES,
    OPEN_WEB_PAYMENT,
    RESERVE_ON_EVSE,
    SCHEDULE_UPDATE,
    SHOW_COST,
    START_ON_EVSE,
    STATIONS_AT,
    STOP_TRANSACTION,
)
from backoffice.kit.bus import Answerer
from backoffice.kit.failures import FailureCounter
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.stations import (
    balance_routes,
    bay_routes,
    campaign_routes,
    certificate_routes,
    charging_routes,
    closure_routes,
    command_routes,
    configuration_routes,
    device_command_routes,
    device_routes,
    drift_routes,
    energy_routes,
    import_routes,
    limit_routes,
    location_events,
    location_routes,
    location_search_routes,
    nearby_routes,
    onboarding_routes,
    place_import_routes,
    policy_routes,
    qr_routes,
    routes,
    tolerance_routes,
    typed_routes,
    upload_routes,
    wall_routes,
    web_payment_routes,
)
from backoffice.stations.balancing import BALANCE_EVERY_S, Balancing
from backoffice.stations.bays import Bays
from backoffice.stations.campaign_sending import CampaignSender
from backoffice.stations.campaigns import GO_ON_EVERY_S, Campaigns
from backoffice.stations.certificate_register import RENEW_EVERY_S, CertificateRegister
from backoffice.stations.certificates import FileSigner, SigningDesk
from backoffice.stations.charging_facts import ChargingFacts
from backoffice.stations.closures import MOVE_CLOSURES_EVERY_S, Closures
from backoffice.stations.command_queue import GIVE_UP_EVERY_S, PRUNE_COMMANDS_EVERY_S, CommandQueue
from backoffice.stations.commands import StationCommands
from backoffice.stations.consumers import Admissions, StationFacts
from backoffice.stations.credentials import Credentials
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.ev_certificates import EvCertificateDesk, TrialEvCertificates
from backoffice.stations.fleet_metrics import COUNT_EVERY_S, FleetMetrics
from backoffice.stations.nearby import Surroundings
from backoffice.stations.onboarding import Onboarding
from backoffice.stations.place_answers import PlaceAnswers
from backoffice.stations.prices import Prices
from backoffice.stations.read_out import ReadOut
from backoffice.stations.registry import Registry
from backoffice.stations.reports import PRUNE_REPORTS_EVERY_S, ReportArchive
from backoffice.stations.reservations import PRUNE_RESERVATIONS_EVERY_S, ReservationKeeper
from backoffice.stations.service import Stations
from backoffice.stations.settings import StationsSettings
from backoffice.stations.uploads import PRUNE_UPLOADS_EVERY_S, Uploads
from backoffice.stations.web_payments import FAILURES_FORGOTTEN_AFTER_S, WebPayments

RECONCILE_EVERY_S = 300.0
FORGET_PASSWORDS_EVERY_S = 60.0
_ROUTES = (
    # Before those that read a station by its id.
    nearby_routes,
    wall_routes,
    routes,
    location_routes,
    location_search_routes,
    location_events,
    place_import_routes,
    qr_routes,
    bay_routes,
    closure_routes,
    import_routes,
    onboarding_routes,
    typed_routes,
    charging_routes,
    policy_routes,
    web_payment_routes,
    upload_routes,
    limit_routes,
    energy_routes,
    balance_routes,
    configuration_routes,
    drift_routes,
    campaign_routes,
    device_routes,
    device_command_routes,
    tolerance_routes,
    certificate_routes,
    command_routes,
)


def build(context: Context[StationsSettings]) -> Parts:
    """The parts of stations."""
    settings = context.settings
    registry = Registry(
        context.bus,
        context.database,
        heartbeat_interval_s=settings.heartbeat_interval_s,
        plans_charging=settings.plans_charging,
    )
    commands = StationCommands(context.bus, timeout_s=settings.command_timeout_s)
    dispatch = Dispatch(context.database, commands, clock=context.clock)
    queue = CommandQueue(dispatch, clock=context.clock, kept=settings.commands_kept)
    stations = Stations(
        context.database,
        dispatch=dispatch,
        registry=registry,
        pepper=settings.credential_pepper.get_secret_value().encode(),
        clock=context.clock,
    )
    onboarding = Onboarding(
        stations,
        clock=context.clock,
        station_url=settings.station_url,
        tls_station_url=settings.tls_station_url,
    )
    credentials = Credentials(
        stations,
        pepper=settings.credential_pepper.get_secret_value().encode(),
        clock=context.clock,
        overlap=settings.credential_overlap,
    )
    uploads = Uploads(
        context.database,
        clock=context.clock,
        url=settings.upload_url,
        limit_bytes=settings.upload_limit_bytes,
        wait=settings.upload_wait,
        kept=settings.uploads_kept,
    )
    archive = ReportArchive(
        context.database,
        clock=context.clock,
        kept=settings.reports_kept,
        customers_kept=settings.customer_reports_kept,
        events_kept=settings.events_kept,
    )
    signer = _signer(context, settings.ca_cert_file, settings.ca_key_file)
    signing = None if signer is None else _signing_desk(context, dispatch, signer)
    certificates = CertificateRegister(
        context.database, dispatch, registry, signer, clock=context.clock, renewal=settings.certificate_renewal
    )
    balancing = Balancing(context.database, dispatch, clock=context.clock)
    planner = dispatch if settings.plans_charging else None
    charging = ChargingFacts(context.database, clock=context.clock, dispatch=planner)
    campaigns = Campaigns(context.database, CampaignSender(dispatch, clock=context.clock), clock=context.clock)
    facts = StationFacts(
        onboarding,
        clock=context.clock,
        charging=charging,
        campaigns=campaigns,
        signing=signing,
        read_out=ReadOut(dispatch, clock=context.clock) if settings.reads_after_boot else None,
    )
    reservations = ReservationKeeper(context.database, clock=context.clock, kept=settings.commands_kept)
    is_tried = settings.ev_certificates == "test"
    ev_certificates = EvCertificateDesk(TrialEvCertificates(clock=context.clock) if is_tried else None)
    web_payments = WebPayments(
        context.database,
        dispatch,
        pepper=settings.credential_pepper.get_secret_value().encode(),
        failures=FailureCounter(settings.redis_url, scope="web-payment", window_s=FAILURES_FORGOTTEN_AFTER_S),
        allowed=settings.web_payment_failures_allowed,
        clock=context.clock,
    )
    prices = Prices(context.bus, timeout_s=settings.price_timeout_s, clock=context.clock)
    bays = Bays(context.database, plate_key=settings.token_key.get_secret_value().encode(), clock=context.clock)
    closures = Closures(context.database, clock=context.clock)
    surroundings = Surroundings(context.database, prices=prices, clock=context.clock)
    places = PlaceAnswers(context.database, dispatch=dispatch, clock=context.clock)
    return Parts(
        routers=[one.router for one in _ROUTES],
        unbounded=("/uploads/",),
        provides=(
            stations,
            dispatch,
            onboarding,
            credentials,
            uploads,
            prices,
            web_payments,
            bays,
            closures,
            campaigns,
            surroundings,
            qr_routes.PlaceUrls(settings.place_url),
            balancing,
            certificates,
        ),
        consumers=(facts.consumer(), Admissions(registry).consumer()),
        answers=(
            Answerer(DESCRIBE_EVSE, stations.describe_evse),
            Answerer(STATIONS_AT, stations.stations_at),
            Answerer(DESCRIBE_PLACE, places.describe),
            Answerer(FIND_OTHER_PLACES, places.find_others),
            Answerer(RESERVE_ON_EVSE, places.reserve),
            Answerer(CANCEL_ON_EVSE, places.cancel),
            Answerer(START_ON_EVSE, stations.start_on_evse),
            Answerer(STOP_TRANSACTION, stations.stop_transaction),
            Answerer(OPEN_WEB_PAYMENT, web_payments.open),
            Answerer(SHOW_COST, stations.show_cost),
            Answerer(EXPIRING_CERTIFICATES, certificates.tell_expiring),
            Answerer(CERTIFICATE_STATUS, ev_certificates.status),
            Answerer(EV_CERTIFICATE, ev_certificates.certificate),
            Answerer(SCHEDULE_UPDATE, charging.say_update),
        ),
        workers=(
            Worker("reconcile_registry", registry.reconcile, every_s=RECONCILE_EVERY_S),
            Worker("balance_power", balancing.balance, every_s=BALANCE_EVERY_S),
            Worker("give_up_late_commands", queue.give_up_late, every_s=GIVE_UP_EVERY_S),
            Worker("prune_commands", queue.prune, every_s=PRUNE_COMMANDS_EVERY_S),
            Worker("prune_reservations", reservations.prune, every_s=PRUNE_RESERVATIONS_EVERY_S),
            Worker("prune_reports", archive.prune, every_s=PRUNE_REPORTS_EVERY_S),
            Worker("prune_uploads", uploads.prune, every_s=PRUNE_UPLOADS_EVERY_S),
            Worker("go_on_with_campaigns", campaigns.go_on, every_s=GO_ON_EVERY_S),
            Worker("move_closures", closures.move_due, every_s=MOVE_CLOSURES_EVERY_S),
            Worker("count_fleet", FleetMetrics(context.database).count, every_s=COUNT_EVERY_S),
            Worker("renew_certificates", certificates.renew_due, every_s=RENEW_EVERY_S),
            Worker("forget_old_passwords", credentials.forget_expired, every_s=FORGET_PASSWORDS_EVERY_S),
        ),
        background=(registry.keep_reconciled, queue.keep_sending, web_payments.failures.keep_open),
    )


def _signing_desk(context: Context[StationsSettings], dispatch: Dispatch, signer: FileSigner) -> SigningDesk:
    settings = context.settings
    v2g_signer = _signer(context, settings.v2g_ca_cert_file, settings.v2g_ca_key_file)
    return SigningDesk(signer, dispatch, clock=context.clock, v2g_signer=v2g_signer)


def _signer(context: Context[StationsSettings], certificate: Path | None, key: Path | None) -> FileSigner | None:
    if certificate is None or key is None:
        return None
    return FileSigner(certificate, key, lifetime=context.settings.certificate_lifetime, clock=context.clock)


SERVICE = Service(
    name="stations",
    package=Path(__file__).parent,
    settings=StationsSettings,
    build=build,
)
