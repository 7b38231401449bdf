"""Block M, certificates (OCPP 2.0.1 A02, A03, M03 to M05; OCPP 1.6 Security whitepaper §3, §5)."""
