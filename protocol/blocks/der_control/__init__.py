"""What a station does for the grid as a distributed energy resource (OCPP 2.1 R): carried, without logic of our own."""
