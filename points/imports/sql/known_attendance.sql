-- What is recorded of these people around a shift: paid services anywhere, and their check-ins.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), since timestamptz, until timestamptz
-- gives: holder_id, kind (service | checked_in), shift_id text, stretch, occurred_at, ended_at, minutes, evidence
-- locks: nothing
select
    e.holder_id, e.kind, e.data ->> 'shift_id' as shift_id, cast(e.data ->> 'stretch' as integer) as stretch,
    e.occurred_at, e.ended_at, cast(e.data ->> 'minutes' as integer) as minutes, e.evidence
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as h (slice, holder_id)
join events e on (e.slice, e.holder_id) = (h.slice, h.holder_id) /* slices: e */
where e.kind in ('service', 'checked_in') and e.occurred_at >= :since and e.occurred_at < :until
order by e.holder_id, e.occurred_at, e.event_id
