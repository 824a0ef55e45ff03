-- How long these holders' past events lasted, for many quantities at once: stretches of days without overlap, in order.
-- An event lasts from the day it began to the day it ended; only its part within the window counts. Left out is what was
-- not known at the instant, or was undone by then; a register that was merged into a holder's is the holder's own.
-- binds: slices smallint[], holder_ids uuid[], facts jsonb[] (pairwise; what conditions ask of the holder),
--        nos integer[], kinds text[], whoses text[], firsts date[], lasts date[], paths text[], variables jsonb[],
--        distincts text[], gaps integer[] (pairwise; stretches so many months apart, or fewer, are one),
--        known_at timestamptz
-- gives: holder_id, no, begun (first day), ended (the day after the last)
-- locks: nothing
with asked as (
    select w.slice, w.holder_id as source_id, w.holder_id, w.facts
    from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:facts as jsonb[]))
        as w (slice, holder_id, facts)
    union all
    select a.slice, a.holder_id, a.alias_of, w.facts
    from unnest(cast(:holder_ids as uuid[]), cast(:facts as jsonb[])) as w (holder_id, facts)
    join holder_aliases a
        on a.alias_of = w.holder_id and a.since <= :known_at and (a.ended_at is null or a.ended_at > :known_at)
),
picked as (
    select
        w.holder_id, q.no, q.first, q.last, q.gap, q.distinct_field,
        cast(e.occurred_at at time zone 'Asia/Shanghai' as date) as begun,
        cast(e.ended_at at time zone 'Asia/Shanghai' as date) as ended,
        row_number() over (
            partition by w.holder_id, q.no, case when q.distinct_field is null then to_jsonb(e.event_id)
                else e.data -> q.distinct_field end
            order by e.recorded_at, e.event_id
        ) as nth
    from asked w
    cross join unnest(
        cast(:nos as integer[]), cast(:kinds as text[]), cast(:whoses as text[]), cast(:firsts as date[]),
        cast(:lasts as date[]), cast(:paths as text[]), cast(:variables as jsonb[]), cast(:distincts as text[]),
        cast(:gaps as integer[])
    ) as q (no, kind, whose, first, last, path, variables, distinct_field, gap)
    join events e
        on (e.slice, e.holder_id, e.kind) = (w.slice, w.source_id, q.kind) /* slices: e */
        and e.occurred_at < cast(q.last + 1 as timestamp) at time zone 'Asia/Shanghai'
    where
        e.recorded_at <= :known_at and coalesce(e.data ->> 'whose', '') = q.whose
        and not exists (
            select from corrections c
            where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.recorded_at <= :known_at
        )
        and (q.path is null or coalesce(jsonb_path_match(
            jsonb_build_object('evidence', e.evidence, 'data', e.data, 'fact', w.facts),
            cast(q.path as jsonpath), q.variables, true
        ), false))
),
cut as (
    select p.holder_id, p.no, p.gap, greatest(p.begun, p.first) as begun, least(p.ended, p.last) + 1 as ended
    from picked p
    where (p.nth = 1 or p.distinct_field is null) and p.ended >= coalesce(p.first, p.ended)
),
opened as (
    select
        c.holder_id, c.no, c.begun, c.ended,
        case
            when c.begun <= cast(max(c.ended) over earlier + make_interval(months => c.gap) as date) then 0
            else 1
        end as opens
    from cut c
    window earlier as (
        partition by c.holder_id, c.no order by c.begun, c.ended rows between unbounded preceding and 1 preceding
    )
),
numbered as (
    select
        o.holder_id, o.no, o.begun, o.ended,
        sum(o.opens) over (partition by o.holder_id, o.no order by o.begun, o.ended rows unbounded preceding) as run
    from opened o
)
select n.holder_id, n.no, min(n.begun) as begun, max(n.ended) as ended
from numbered n
group by n.holder_id, n.no, n.run
order by n.holder_id, n.no, min(n.begun)
