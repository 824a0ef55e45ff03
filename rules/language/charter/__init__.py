"""The charter's static checks: what a pack may not say, whatever it is for. Each fault is a finding with its rule.

Pure. `rules.catalogue.charter_register` holds every number and list; docs/charter.md says each rule in plain words and
where it is enforced. Must never look at people or at what is stored.
"""
