"""The parts of `Map`, by what they are about."""
