-- What events granted that was to be posted later, and how it ended.
-- binds: from_slice smallint, from_holder uuid, to_slice smallint, to_holder uuid (inclusive)
-- gives: holder_id, pending_id, event_id, what, due_at, data, outcome (null: it still waits)
-- locks: nothing
select w.holder_id, w.pending_id, w.event_id, w.what, w.due_at, w.data, e.outcome
from pending w
left join pending_ends e on (e.slice, e.holder_id, e.pending_id) = (w.slice, w.holder_id, w.pending_id)
where
    (w.slice, w.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
    and (w.slice, w.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
order by w.slice, w.holder_id, w.pending_id
