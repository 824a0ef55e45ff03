"""Everything that a pack may name, as versioned data."""
