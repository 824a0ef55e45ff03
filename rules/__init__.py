"""Rules: what an event is worth, as data. The engine is pure; only `governance` touches Postgres."""
