"""Block G, availability: connection, heartbeat, status, service (OCPP 2.0.1 G; OCPP 1.6 §4.6, §4.9, §5.2)."""
