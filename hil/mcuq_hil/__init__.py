"""Any board, real or emulated, as a dependable function: bytes in, bytes and counts out."""
