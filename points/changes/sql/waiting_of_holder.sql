-- What still waits for one holder: points that mature or lapse on their day.
-- binds: slice smallint, holder_id uuid
-- gives: the columns of points.ledger.pending.Waiting, in its order; outcome is always null
-- locks: nothing
select p.holder_id, p.pending_id, p.what, p.due_at, p.event_id, p.data, null::text as outcome
from dues d
join pending p on (p.slice, p.holder_id, p.pending_id) = (d.slice, d.holder_id, d.due_id)
where d.slice = :slice and d.holder_id = :holder_id and d.what = 'pending'
order by p.due_at, p.pending_id
