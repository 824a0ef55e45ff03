-- What events granted that was to be posted later, and how it ended.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id, pending_id, event_id, what, due_at, data, outcome (null: it still waits)
-- locks: nothing
select w.holder_id, w.pending_id, w.event_id, w.what, w.due_at, w.data, e.outcome
from pending w
left join pending_ends e on (e.slice, e.holder_id, e.pending_id) = (w.slice, w.holder_id, w.pending_id)
where
    w.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or w.holder_id = cast(:holder_id as uuid))
order by w.slice, w.holder_id, w.pending_id
