"""Entry points and what faces share. Composes the lower rooms; decides nothing that they should."""
