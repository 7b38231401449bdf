"""Cases for a station: the judge is its CSMS."""
