-- Postings that name an event which is not there, or that were recorded apart from it.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: code, holder_id, point_kind, seq
-- locks: nothing
select
    case when e.event_id is null then 'NO_EVENT' else 'POSTED_OTHERWISE' end as code,
    p.holder_id, p.point_kind, p.seq
from postings p
left join events e using (slice, holder_id, event_id)
where
    p.event_id is not null and (e.event_id is null or p.recorded_at <> e.recorded_at)
    and (cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
