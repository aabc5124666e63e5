"""Better integer weights than rounding gives: candidates of each filter, and their refinement."""
