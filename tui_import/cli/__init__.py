"""The command line: one module per group of commands, and how their results are written."""
