"""The hardware-in-the-loop harness: bytes in, bytes and counts out."""
