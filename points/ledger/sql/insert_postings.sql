-- Write postings that already have their place and their leaf.
-- binds: one array a column, pairwise (see points.ledger.posting)
-- gives: nothing
-- locks: the new rows
insert into postings (
    slice, holder_id, point_kind, seq, transaction_id, contra, amount, balance_after, effective_at, about_on,
    recorded_at, lot_expires_at, reason, event_id, hold_id, case_id, decided_by, title, leaf_nonce, leaf_hash
)
select *
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]), cast(:seqs as bigint[]),
        cast(:transaction_ids as uuid[]), cast(:contras as text[]), cast(:amounts as bigint[]),
        cast(:balances_after as bigint[]), cast(:effective_ats as timestamptz[]), cast(:about_ons as date[]),
        cast(:recorded_ats as timestamptz[]), cast(:lots_expire_at as timestamptz[]), cast(:reasons as text[]),
        cast(:event_ids as uuid[]), cast(:hold_ids as uuid[]), cast(:case_ids as uuid[]), cast(:decided_bys as uuid[]),
        cast(:titles as jsonb[]), cast(:leaf_nonces as bytea[]), cast(:leaf_hashes as bytea[])
    )
