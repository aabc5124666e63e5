"""mcuq: fit a trained network to a microcontroller."""

__version__ = "0.1.0"
