-- What these holders' past events come to, for many quantities at once: counts, sums, extremes, values, periods.
-- An event counts by the day on which it began. Left out is what was not known at the instant, or was undone by then;
-- what was recorded of a register that was merged into a holder's is the holder's own.
-- binds: slices smallint[], holder_ids uuid[], facts jsonb[] (pairwise; what conditions ask of the holder),
--        nos integer[], kinds text[], whoses text[], sinces timestamptz[], untils timestamptz[], paths text[],
--        variables jsonb[], distincts text[], hows text[], fields text[], periods text[], mosts bigint[],
--        fades jsonb[] (pairwise; what a quantity does not ask is null), as_of date, known_at timestamptz
-- gives: holder_id, no, part (a value, or a period's first day; null for the whole), times, amount, least, greatest
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
        w.holder_id, q.no, q.how, q.period, q.most, q.fades, q.distinct_field, e.data -> q.field as seen,
        cast(e.occurred_at at time zone 'Asia/Shanghai' as date) as day,
        row_number() over (
            partition by w.holder_id, q.no, case when q.distinct_field is null then to_jsonb(e.event_id)
                else e.data -> q.distinct_field end
            order by e.recorded_at, e.event_id
        ) as nth,
        row_number() over (order by e.recorded_at, e.event_id) as place
    from asked w
    cross join unnest(
        cast(:nos as integer[]), cast(:kinds as text[]), cast(:whoses as text[]), cast(:sinces as timestamptz[]),
        cast(:untils as timestamptz[]), cast(:paths as text[]), cast(:variables as jsonb[]), cast(:distincts as text[]),
        cast(:hows as text[]), cast(:fields as text[]), cast(:periods as text[]), cast(:mosts as bigint[]),
        cast(:fades as jsonb[])
    ) as q (
        no, kind, whose, since, until, path, variables, distinct_field, how, field, period, most, fades
    )
    join events e
        on (e.slice, e.holder_id, e.kind) = (w.slice, w.source_id, q.kind) /* slices: e */
        and e.occurred_at >= coalesce(q.since, '-infinity') and e.occurred_at < q.until
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
read as (
    select
        p.holder_id, p.no, p.place,
        case
            when p.how = 'values' then p.seen
            when p.period is not null then to_jsonb(cast(date_trunc(p.period, cast(p.day as timestamp)) as date))
        end as part,
        case
            when jsonb_typeof(p.seen) = 'number' and scale(cast(p.seen as numeric)) = 0
                then cast(p.seen as numeric)
        end as value,
        p.most,
        coalesce((
            select min(f.percent) from jsonb_to_recordset(p.fades) as f (months integer, percent integer)
            where cast(p.day + make_interval(months => f.months) as date) <= :as_of
        ), 100) as percent
    from picked p
    where
        (p.nth = 1 or p.distinct_field is null)
        and (p.how <> 'values' or p.seen is not null)
)
select
    r.holder_id, r.no, r.part, count(*) as times,
    -- What fading leaves of the whole is cut towards zero, once.
    div(sum(least(coalesce(r.value, 0), r.most) * r.percent), 100)::bigint as amount,
    min(r.value)::bigint as least, max(r.value)::bigint as greatest
from read r
group by r.holder_id, r.no, r.part
order by min(r.place)
