"""The chart, rendered for every environment, and what has to hold of the objects that come out."""
