"""Who is at the door and what they may do: actors, roles, tokens, devices, authorize, approvals.

Must never know a name or an identity number, and nothing of points or rules.
"""
