-- What still waits of these events.
-- binds: slices smallint[], holder_ids uuid[], event_ids uuid[] (pairwise)
-- gives: holder_id, pending_id, what, due_at, event_id, data, outcome (always null)
-- locks: nothing; whoever ends one has claimed its holder
select p.holder_id, p.pending_id, p.what, p.due_at, p.event_id, p.data, null::text as outcome
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]))
    as r (slice, holder_id, event_id)
join pending p on (p.slice, p.holder_id) = (r.slice, r.holder_id) and p.event_id = r.event_id /* slices: p */
where
    not exists (
        select from pending_ends e
        where (e.slice, e.holder_id, e.pending_id) = (p.slice, p.holder_id, p.pending_id)
    )
