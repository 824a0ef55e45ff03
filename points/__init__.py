"""Points: events, the ledger, awards, what-if, activities. Touches Postgres, and nothing else of the world."""
