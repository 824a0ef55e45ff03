"""The command line, `tongcheng`: reads arguments, calls one use case, prints. Exit codes are stable."""
