-- The events of registers that were ever merged into these, with the time for which they counted there. A merge counts
-- from the instant at which the register that goes on learnt of it: where points were carried, its postings tell.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id (that goes on), merged_id, since, ended_at, event_id, kind, occurred_at, recorded_at, decisions,
--        undone_at, undone_by (an event, or null)
-- locks: nothing
select
    a.alias_of as holder_id, a.holder_id as merged_id, a.ended_at, e.event_id, e.kind, e.occurred_at, e.recorded_at,
    -- What was decided again before the merge is what counted.
    e.decisions || coalesce((
        select jsonb_object_agg(d.programme, d.decision order by d.decision_no) from redecisions d
        where (d.slice, d.holder_id, d.event_id) = (e.slice, e.holder_id, e.event_id) and d.recorded_at < a.since
    ), '{}') as decisions, c.recorded_at as undone_at, c.by_event_id as undone_by,
    greatest(a.since, (
        select max(p.recorded_at) from postings p
        where
            (p.slice, p.holder_id) = (slice_of(a.alias_of), a.alias_of) and p.recorded_at >= a.since
            and p.transaction_id = a.transaction_id
    )) as since
from holder_aliases a
join events e on (e.slice, e.holder_id) = (a.slice, a.holder_id)
left join lateral (
    select r.recorded_at, r.by_event_id from corrections r
    where (r.slice, r.holder_id, r.event_id) = (e.slice, e.holder_id, e.event_id)
    order by r.recorded_at limit 1
) c on true
where
    slice_of(a.alias_of) between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or a.alias_of = cast(:holder_id as uuid))
order by a.alias_of, e.recorded_at, e.event_id
