"""What TensorFlow Lite says of operators: read, written, versions; in a module a family."""
