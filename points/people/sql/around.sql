-- The open merges from or into these registers, and into those that the merged ones lead to.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, alias_of
-- locks: nothing
with asked as (
    select w.holder_id from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
),
goes_on as (
    select holder_id from asked
    union
    select a.alias_of from asked w join holder_aliases a on a.holder_id = w.holder_id and a.ended_at is null
)
select a.holder_id, a.alias_of
from goes_on g
join holder_aliases a on a.alias_of = g.holder_id and a.ended_at is null
