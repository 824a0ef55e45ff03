"""Benchmarks: each measures a road of ours against a reference on the same server in the same run. No timed tests."""
