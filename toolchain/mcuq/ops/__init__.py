"""What operators mean: one record each, in one module per family."""
