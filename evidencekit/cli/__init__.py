"""The command line: options in, results on stdout, everything else on stderr, an exit code."""
