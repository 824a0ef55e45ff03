-- Which of these registers are merged away, and into which.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, alias_of
-- locks: nothing
select a.holder_id, a.alias_of
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
join holder_aliases a
    on (a.slice, a.holder_id) = (w.slice, w.holder_id) /* slices: a */ and a.ended_at is null
