"""Decrees of the past, kept as they were: scored and learnt from, never published."""
