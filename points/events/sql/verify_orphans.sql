-- Postings that name an event which is not there.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: holder_id, point_kind, seq, event_id
-- locks: nothing
select p.holder_id, p.point_kind, p.seq, p.event_id
from postings p
left join events e using (slice, holder_id, event_id)
where
    p.event_id is not null and e.event_id is null
    and (cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
