"""The table of services: a new one is a line here, a folder beside it and a file in `contracts/`."""

from collections.abc import Sequence

from backoffice.billing.app import SERVICE as BILLING
from backoffice.kit.service import Service
from backoffice.sessions.app import SERVICE as SESSIONS
from backoffice.telemetry.app import SERVICE as TELEMETRY

SERVICES: Sequence[Service] = (TELEMETRY, BILLING, SESSIONS)

SERVICE_OF_NAME = {service.name: service for service in SERVICES}
