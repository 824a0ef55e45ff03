-- The events of some kinds that stand for these holders, in the order in which they were recorded.
-- What was recorded of a register that was merged into a holder's is the holder's own.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), kinds text[], until timestamptz (exclusive, by when they began),
--        known_at timestamptz
-- gives: holder_id, kind, occurred_at, ended_at, evidence, data
-- locks: nothing
with asked as (
    select w.slice, w.holder_id as source_id, w.holder_id
    from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
    union all
    select a.slice, a.holder_id, a.alias_of
    from holder_aliases a
    where
        a.alias_of = any(cast(:holder_ids as uuid[]))
        and a.since <= :known_at and (a.ended_at is null or a.ended_at > :known_at)
)
select w.holder_id, e.kind, e.occurred_at, e.ended_at, e.evidence, e.data
from asked w
cross join unnest(cast(:kinds as text[])) as k (kind)
join events e on (e.slice, e.holder_id, e.kind) = (w.slice, w.source_id, k.kind) /* slices: e */
where
    e.recorded_at <= :known_at and e.occurred_at < :until
    and not exists (
        select from corrections c
        where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.recorded_at <= :known_at
    )
order by w.holder_id, e.recorded_at, e.event_id
