"""The table of services: a new one is a line here, a folder beside it and a file in `contracts/`."""

from collections.abc import Sequence

from backoffice.billing.app import SERVICE as BILLING
from backoffice.identity.app import SERVICE as IDENTITY
from backoffice.kit.service import Service
from backoffice.reservations.app import SERVICE as RESERVATIONS
from backoffice.sessions.app import SERVICE as SESSIONS
from backoffice.stations.app import SERVICE as STATIONS
from backoffice.tariffs.app import SERVICE as TARIFFS
from backoffice.telemetry.app import SERVICE as TELEMETRY

SERVICES: Sequence[Service] = (IDENTITY, STATIONS, TARIFFS, RESERVATIONS, SESSIONS, BILLING, TELEMETRY)

SERVICE_OF_NAME = {service.name: service for service in SERVICES}
