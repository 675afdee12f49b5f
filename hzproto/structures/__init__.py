"""The distributed structures, one module each: every method is written once, for every calling style."""
