-- Points that wait, or waited.
-- binds: slices smallint[], holder_ids uuid[], pending_ids uuid[] (pairwise)
-- gives: holder_id, pending_id, what, due_at, event_id, data, outcome (null: still waiting)
-- locks: nothing; whoever ends one has claimed its holder
select p.holder_id, p.pending_id, p.what, p.due_at, p.event_id, p.data, e.outcome
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:pending_ids as uuid[]))
    as r (slice, holder_id, pending_id)
join pending p on (p.slice, p.holder_id, p.pending_id) = (r.slice, r.holder_id, r.pending_id) /* slices: p */
left join pending_ends e on (e.slice, e.holder_id, e.pending_id) = (p.slice, p.holder_id, p.pending_id)
