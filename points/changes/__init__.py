"""What staff change in the ledger: proposed by one official, shown in figures, approved by another, carried out once.

Each sort of change has a module that acts on opened pages: on ones that nobody writes while it is only looked at,
on claimed ones when it is approved. Must never move a point that no approval names.
"""
