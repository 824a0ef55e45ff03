"""Tests of the house itself: its size, its words, its direction, its documents. Most need no database."""
