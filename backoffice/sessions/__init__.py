"""Sessions: intents to charge, charging sessions, and their frozen records."""
