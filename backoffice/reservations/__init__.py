"""Who may have which EVSE or parking bay, and when."""
