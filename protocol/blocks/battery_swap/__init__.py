"""Batteries that are put in and taken out of a swap station (OCPP 2.1 S): carried, without logic of our own."""
