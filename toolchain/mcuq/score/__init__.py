"""From samples to a figure: losses, metrics, their intervals, and the search's fast scores."""
