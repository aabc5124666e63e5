"""What TensorFlow Lite says of operators: read, written, versions; in one module per family."""
