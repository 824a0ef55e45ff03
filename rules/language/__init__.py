"""Text <-> pack: a closed tree in YAML, read strictly, checked before it runs."""
