"""What goes wrong between a station and its CSMS: network, power and clock, all drawn from the seed."""
