"""Samples: a request of each route with its response, as a station or a CSMS would write them."""
