"""Packs with numbers of nobody's: shown as examples, never published."""
