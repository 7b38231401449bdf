"""Where stations are, what they are doing, and how they are told to do something."""
