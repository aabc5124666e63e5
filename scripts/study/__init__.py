"""Studies: search methods, their speed and quantization schemes, for the figures in docs/."""
