-- One holder's points that still wait, the next due first.
-- binds: slice smallint, holder_id uuid
-- gives: pending_id, what, due_at, event_id, recorded_at, data
-- locks: nothing
select p.pending_id, p.what, p.due_at, p.event_id, p.recorded_at, p.data
from dues d
join pending p on (p.slice, p.holder_id, p.pending_id) = (d.slice, d.holder_id, d.due_id)
where d.slice = :slice and d.holder_id = :holder_id and d.what = 'pending'
order by p.due_at, p.pending_id
