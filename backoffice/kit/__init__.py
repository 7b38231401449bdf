"""What every service is made of. README.md shows a service built from it."""
