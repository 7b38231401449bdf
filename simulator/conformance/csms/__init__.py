"""Cases for a CSMS: a script plays the station."""
