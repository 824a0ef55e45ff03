"""Asks everything that the charter asks of a pack. Pure."""

from kernel.errors import Finding
from rules.catalogue.charter_register import Charter, charter
from rules.catalogue.register import Catalogue, catalogue
from rules.engine.model import Pack
from rules.language.charter.deductions import check_beside, check_deductions
from rules.language.charter.persons import check_persons
from rules.language.charter.process import check_process
from rules.language.charter.proportion import check_proportion
from rules.language.charter.publication import check_publication
from rules.language.charter.purposes import check_purposes
from rules.language.charter.scope import scope_of

CHECKS = (check_deductions, check_proportion, check_persons, check_purposes, check_publication, check_process)


def check_charter(pack: Pack, known: Catalogue | None = None, asked: Charter | None = None) -> list[Finding]:
    """Every breach of the charter by a pack, in the order of the rules; none may be published.

    The catalogue is the one that the pack names, the charter the newest, where none is handed in.
    """
    scope = scope_of(pack, known or catalogue(pack.catalogue), asked or charter())
    found = [finding for check in CHECKS for finding in check(scope)]
    return sorted(found, key=lambda finding: finding.code)


def deducted_twice(pack: Pack, other: Pack) -> list[Finding]:
    """Where a pack could take points for an event for which another programme's takes some already."""
    mine, theirs = (scope_of(one, catalogue(one.catalogue), charter()) for one in (pack, other))
    return list(check_beside(mine, theirs))
