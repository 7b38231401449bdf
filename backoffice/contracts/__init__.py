"""What the services offer each other: events and queries, as frozen types. They meet here and nowhere else."""

from backoffice.contracts import billing, reservations, sessions, stations
from protocol.bus.catalogue import STATION_EVENTS

CATALOGUE = STATION_EVENTS.extended((*stations.EVENTS, *sessions.EVENTS, *reservations.EVENTS, *billing.EVENTS))
"""Every event on the bus."""
