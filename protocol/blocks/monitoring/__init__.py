"""Block N, monitoring: monitors of variables and the events that they make (OCPP 2.0.1 N02 to N08)."""
