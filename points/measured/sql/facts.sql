-- Facts of these holders as of a day: of each name the latest that was valid then, as it was known at an instant.
-- Of several the one with the latest first day counts, then the one recorded last; both days belong to a fact.
-- What was recorded of a register that was merged into a holder's is the holder's own.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), names text[] (as recorded; null: every fact), as_of text (ISO),
--        known_at timestamptz, declared boolean (whether what nobody has verified counts)
-- gives: holder_id, name, value
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
select distinct on (w.holder_id, e.data ->> 'name')
    w.holder_id, e.data ->> 'name' as name, e.data -> 'value' as value
from asked w
join events e on (e.slice, e.holder_id, e.kind) = (w.slice, w.source_id, 'fact_recorded') /* slices: e */
where
    e.recorded_at <= :known_at
    and (cast(:names as text[]) is null or e.data ->> 'name' = any(cast(:names as text[])))
    -- As texts, which sort as the days do: a day that is none can then stop nobody else's facts.
    and e.data ->> 'valid_from' collate "C" <= :as_of
    and (e.data ->> 'valid_to' is null or e.data ->> 'valid_to' collate "C" >= :as_of)
    and (:declared or e.data ->> 'standing' = 'verified')
    and not exists (
        select from corrections c
        where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.recorded_at <= :known_at
    )
order by
    w.holder_id, e.data ->> 'name', e.data ->> 'valid_from' collate "C" desc, e.recorded_at desc, e.event_id desc
