"""The errors of every public method, from tables: of wrong arguments, of states, of what has ended."""
