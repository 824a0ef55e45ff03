"""What an approval sets in motion, over several packages, in the one transaction that decides it."""
