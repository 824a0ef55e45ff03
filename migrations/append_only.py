"""The tables that only grow: the application's role may read and insert there, and nothing else.

`migrate` grants by this list, the server refuses to start when the database grants more, and a test
probes each table as that role. Must never shrink: a table leaves only by a migration that says why.
"""

APPEND_ONLY: tuple[str, ...] = (
    "audit",
    "events",
    "redecisions",
    "re_rates",
    "re_rate_pieces",
    "postings",
    "lot_uses",
    "holds",
    "hold_ends",
    "item_keys",
    "corrections",
    "pending",
    "pending_ends",
    "periods",
    "contra_days",
    "contra_days_summed",
    "reconciliations",
    "event_files",
    "event_file_batches",
    "event_file_refusals",
    "event_file_ends",
    "rule_packs",
    "drafts",
    "whatif_runs",
    "draft_withdrawals",
    "draft_publications",
    "draft_comments",
    "comment_answers",
    "draft_endorsements",
    "sunset_alarms",
    "approvals",
    "approval_decisions",
    "offers",
    "redemptions",
    "redemption_ends",
    "vouchers",
)
