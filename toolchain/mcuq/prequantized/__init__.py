"""Models whose integers are given."""
