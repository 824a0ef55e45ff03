"""Governance: drafts, approvals and published versions of rule packs. The only part of rules that touches Postgres."""
