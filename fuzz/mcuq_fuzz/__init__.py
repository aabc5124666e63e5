"""Fuzzing of everything that reads a file, a port or an argument: docs/fuzzing.md."""
