"""A living fleet in somebody's hand, over HTTP: what it is, what happens, and what people do at its stations."""
