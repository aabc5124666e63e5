"""MLIR as text: the values it consists of, how they are printed and parsed, and our TOSA forms."""
