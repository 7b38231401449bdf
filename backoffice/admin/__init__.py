"""What operators oversee and decide: settings, alarms, who changed what, and what could not be applied."""
