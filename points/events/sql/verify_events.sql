-- Every event with its decisions and what it posted, holder by holder in recorded order.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: holder_id, holder_kind, event_id, kind, occurred_at, ended_at, recorded_at, evidence, data, decisions,
--        posted (a list of [contra, point kind, amount])
-- locks: nothing; read as a stream
select
    e.holder_id, h.kind as holder_kind, e.event_id, e.kind, e.occurred_at, e.ended_at, e.recorded_at, e.evidence, e.data, e.decisions,
    coalesce(p.posted, '[]'::jsonb) as posted
from events e
join holders h using (slice, holder_id)
left join lateral (
    select jsonb_agg(jsonb_build_array(q.contra, q.point_kind, q.amount) order by q.contra, q.point_kind) as posted
    from postings q
    where q.slice = e.slice and q.holder_id = e.holder_id and q.recorded_at = e.recorded_at and q.event_id = e.event_id
) p on true
where cast(:holder_id as uuid) is null or (e.slice, e.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
order by e.slice, e.holder_id, e.recorded_at, e.event_id
