"""Benchmarks: what the city's paths reach on this machine, beside a reference measured in the same run."""
