-- Add to what is posted and held, and move the sequence on.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], posted bigint[], held bigint[], seqs bigint[] (pairwise; all three are changes)
-- gives: nothing; the floor is a CHECK of the table
-- locks: the accounts' rows; the caller has claimed the holders
update accounts a
set posted = a.posted + r.posted, held = a.held + r.held, seq = a.seq + r.seq
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]),
        cast(:posted as bigint[]), cast(:held as bigint[]), cast(:seqs as bigint[])
    ) as r (slice, holder_id, point_kind, posted, held, seq)
where (a.slice, a.holder_id, a.point_kind) = (r.slice, r.holder_id, r.point_kind) /* slices: a */
