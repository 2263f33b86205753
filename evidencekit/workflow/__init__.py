"""The library: everything that the command line does, without it."""
