"""Virtual charging stations, their vehicles, and the fleets made of them."""
