"""Words that several blocks share, translated once per dialect: tokens, meter values, timestamps, places."""
