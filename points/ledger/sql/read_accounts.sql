-- All accounts of these holders.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, point_kind, posted, held, floor, seq, suspended_at
-- locks: nothing; whoever decides by these must claim the holders
select a.holder_id, a.point_kind, a.posted, a.held, a.floor, a.seq, a.suspended_at
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as r (slice, holder_id)
join accounts a on (a.slice, a.holder_id) = (r.slice, r.holder_id) /* slices: a */
