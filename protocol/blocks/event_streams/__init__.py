"""Values of monitored variables that a station sends in a stream, without an answer to each (OCPP 2.1 N11 to N15)."""
