"""The schema's history, forward only: SQL files that say why and what they lock. Knows the kernel alone."""
