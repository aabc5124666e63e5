"""How many cycles a core takes for what an emulator saw it execute: an estimate, with its band."""
