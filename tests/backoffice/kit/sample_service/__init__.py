"""A service made of the kit, small enough to test the kit with: it counts the starts of each station."""
