"""What kernels cost: executed instructions, code and scratch bytes on emulated cores."""
