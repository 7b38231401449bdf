"""Parking bays of a fleet: what looks at them, who stands in them, and what is said of it to the platform's REST."""
