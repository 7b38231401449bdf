"""Block A, security: what a station noticed about its own safety (OCPP 2.0.1 A04; OCPP 1.6 Security whitepaper §4)."""
