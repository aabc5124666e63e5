"""What operators mean: one record each, in a module a family."""
