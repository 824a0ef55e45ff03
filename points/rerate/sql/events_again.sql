-- Every standing event that a programme reads, of the holders of some slices, with the decision that counts: the last
-- one made again, or the first. The past of a register that was merged away comes with the one that goes on.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_ids uuid[] (null: everyone in them), holder_kind text,
--        kinds text[], programme text
-- gives: goes_on (whose it is), version (the one that goes on, as it stood then), holder_id (whose register it stands in), event_id, kind, occurred_at, ended_at,
--        recorded_at, evidence, data, decision (or null), decision_no (0: the first)
-- locks: nothing
with registers as (
    select h.slice, h.holder_id, h.holder_id as goes_on, h.version
    from holders h
    where
        h.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint) and h.kind = :holder_kind
        and (cast(:holder_ids as uuid[]) is null or h.holder_id = any(cast(:holder_ids as uuid[])))
        and not exists (
            select from holder_aliases a where (a.slice, a.holder_id) = (h.slice, h.holder_id) and a.ended_at is null
        )
    union all
    select a.slice, a.holder_id, a.alias_of, g.version
    from holder_aliases a
    join holders g on (g.slice, g.holder_id) = (slice_of(a.alias_of), a.alias_of)
    where
        a.ended_at is null and :holder_kind = 'resident'
        and slice_of(a.alias_of) between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_ids as uuid[]) is null or a.alias_of = any(cast(:holder_ids as uuid[])))
)
select
    r.goes_on, r.version, e.holder_id, e.event_id, e.kind, e.occurred_at, e.ended_at, e.recorded_at, e.evidence, e.data,
    coalesce(d.decision, e.decisions -> cast(:programme as text)) as decision, coalesce(d.decision_no, 0) as decision_no
from registers r
join events e on (e.slice, e.holder_id) = (r.slice, r.holder_id) and e.kind = any(cast(:kinds as text[]))
left join lateral (
    select g.decision, g.decision_no from redecisions g
    where
        (g.slice, g.holder_id, g.event_id) = (e.slice, e.holder_id, e.event_id)
        and g.programme = cast(:programme as text)
    order by g.decision_no desc limit 1
) d on true
where
    not exists (
        select from corrections c where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id)
    )
order by r.goes_on, e.recorded_at, e.event_id
