"""Block A, security: who is let in, and who is not (OCPP 2.0.1 A; OCPP 1.6 security whitepaper)."""
