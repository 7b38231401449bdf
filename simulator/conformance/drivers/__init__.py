"""How CSMSs are operated: one file for each way."""
