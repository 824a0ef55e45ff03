-- What these holders were decided for since a day of each, in recorded order: what is used of caps.
-- binds: slices smallint[], holder_ids uuid[], sinces timestamptz[] (pairwise), programmes text[]
-- gives: holder_id, programme, occurred_at, trace
-- locks: nothing; the caller claims the holders before it writes
select e.holder_id, d.programme, e.occurred_at, e.decisions -> d.programme -> 'trace' as trace
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:sinces as timestamptz[]))
    as r (slice, holder_id, since)
join events e
    on (e.slice, e.holder_id) = (r.slice, r.holder_id) and e.occurred_at >= r.since /* slices: e */
cross join unnest(cast(:programmes as text[])) as d (programme)
where e.decisions -> d.programme ->> 'outcome' = 'awarded'
order by e.slice, e.holder_id, e.recorded_at, e.event_id
