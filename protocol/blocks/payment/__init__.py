"""Payment at the station: settlements of its terminal, VAT numbers, payment by web page (OCPP 2.1 C18 to C25)."""
