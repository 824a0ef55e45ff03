"""What is known of holders as of a day, for the rules to read: facts, past events, balances, quantities, a score.

Two dates are kept apart everywhere: `as_of`, the day that is looked at, to its end, and `known_at`, the instant by
which something must have been recorded. Reads only; must never record, decide or post anything.
"""
