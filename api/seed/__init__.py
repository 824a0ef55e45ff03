"""The made-up city: deterministic by seed and day, made of events through the real path. No real person is in it."""
