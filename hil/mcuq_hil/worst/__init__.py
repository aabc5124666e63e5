"""The most instructions that an inference can take, whatever its input."""
