"""OCPI 2.2.1 tariffs and the one pure function that prices a session: estimate, running cost and CDR alike."""
