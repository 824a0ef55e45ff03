-- Write accounts as their pages now stand: what is posted and held moves by a change, the rest is as given.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], posted bigint[], held bigint[] (changes),
--        floors bigint[], seqs_before bigint[], seqs bigint[], suspended_ats timestamptz[],
--        inactive_ons date[], expires_next_ats timestamptz[], lots_froms bigint[] (pairwise)
-- gives: nothing; the floor is a CHECK of the table; fewer rows than asked for: an account had moved
-- locks: the accounts' rows; the caller has claimed the holders
update accounts a
set
    posted = a.posted + r.posted, held = a.held + r.held, floor = r.floor, seq = r.seq,
    suspended_at = r.suspended_at, inactive_expires_on = r.inactive_on, expires_next_at = r.expires_next_at,
    lots_from = r.lots_from
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]),
        cast(:posted as bigint[]), cast(:held as bigint[]), cast(:floors as bigint[]), cast(:seqs_before as bigint[]),
        cast(:seqs as bigint[]), cast(:suspended_ats as timestamptz[]), cast(:inactive_ons as date[]),
        cast(:expires_next_ats as timestamptz[]), cast(:lots_froms as bigint[])
    ) as r (
        slice, holder_id, point_kind, posted, held, floor, seq_before, seq, suspended_at, inactive_on,
        expires_next_at, lots_from
    )
where
    (a.slice, a.holder_id, a.point_kind) = (r.slice, r.holder_id, r.point_kind) /* slices: a */
    and a.seq = r.seq_before
