"""Block A, security: who is let in, and what a station noticed (OCPP 2.0.1 A; OCPP 1.6 Security whitepaper)."""
