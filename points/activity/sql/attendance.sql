-- When these people came and went: check-ins, check-outs and recorded services, with the shift's own times.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), since timestamptz, until timestamptz
-- gives: holder_id, kind, shift_id, activity_id, starts_at, ends_at, stretch, occurred_at, ended_at
-- locks: nothing
select
    e.holder_id, e.kind, s.shift_id, s.activity_id, s.starts_at, s.ends_at,
    cast(e.data ->> 'stretch' as integer) as stretch, e.occurred_at, e.ended_at
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as h (slice, holder_id)
join events e on (e.slice, e.holder_id) = (h.slice, h.holder_id) /* slices: e */
join shifts s on s.shift_id = cast(e.data ->> 'shift_id' as uuid)
where e.kind in ('checked_in', 'checked_out', 'service') and e.occurred_at >= :since and e.occurred_at < :until
order by e.holder_id, e.occurred_at, e.event_id
