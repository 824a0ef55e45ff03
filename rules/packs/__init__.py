"""Packs as data, each with its cases; `records/` keeps decrees of the past."""
