-- Every posting with its holder's handle, to recompute its leaf.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: the posting's columns, subject_handle
-- locks: nothing; read as a stream
select p.*, h.subject_handle
from postings p
join holders h using (slice, holder_id)
where cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
order by p.slice, p.holder_id, p.point_kind, p.seq
