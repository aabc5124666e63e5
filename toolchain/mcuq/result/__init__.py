"""What a build found, as it is written: the one definition of every figure of a result."""
