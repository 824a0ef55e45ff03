"""The official's desk: a weight's change, what it would do, and a colleague's approval."""
