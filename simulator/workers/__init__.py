"""A fleet in several processes: a crew of workers, each with its share of the stations, and what they make together."""
