"""Run a graph on the host: in float32, or in exactly the firmware's integers."""
