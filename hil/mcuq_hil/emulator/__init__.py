"""A board in software: the very image that is flashed, on Unicorn, behind a serial port."""
