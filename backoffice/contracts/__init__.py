"""What the services offer each other: events and queries, as frozen types. They meet here and nowhere else."""

from backoffice.contracts import admin, billing, identity, notifications, reporting, reservations, sessions, stations
from protocol.bus.catalogue import STATION_EVENTS

CATALOGUE = STATION_EVENTS.extended(
    (
        *identity.EVENTS,
        *stations.EVENTS,
        *sessions.EVENTS,
        *reservations.EVENTS,
        *billing.EVENTS,
        *notifications.EVENTS,
        *reporting.EVENTS,
        *admin.EVENTS,
    )
)
"""Every event on the bus."""
