-- What earlier awards of these holders took of their caps, summed as finely as each asks; what was undone took nothing,
-- what was decided again took what the last decision says.
-- binds: nos integer[], slices smallint[], holder_ids uuid[], programmes text[], kinds text[], sinces timestamptz[],
--        untils timestamptz[], grains text[] (pairwise), undone uuid[] (events that this very batch undoes)
-- gives: no, code, occurred_at (one instant of the grain), points, times
-- locks: nothing; the caller claims the holders before it writes
with again as materialized (
    -- Few events were ever decided again: one look at each holder finds them.
    select distinct on (d.slice, d.holder_id, d.event_id, d.programme)
        d.slice, d.holder_id, d.event_id, d.programme, d.decision
    from (
        select distinct w.slice, w.holder_id, w.programme
        from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:programmes as text[]))
            as w (slice, holder_id, programme)
    ) w
    join redecisions d on (d.slice, d.holder_id, d.programme) = (w.slice, w.holder_id, w.programme) /* slices: d */
    order by d.slice, d.holder_id, d.event_id, d.programme, d.decision_no desc
)
select r.no, i.code, max(e.occurred_at) as occurred_at, sum(i.points)::bigint as points, count(*)::integer as times
from
    unnest(
        cast(:nos as integer[]), cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:programmes as text[]),
        cast(:kinds as text[]), cast(:sinces as timestamptz[]), cast(:untils as timestamptz[]), cast(:grains as text[])
    ) as r (no, slice, holder_id, programme, kind, since, until, grain)
join events e
    on (e.slice, e.holder_id, e.kind) = (r.slice, r.holder_id, r.kind) /* slices: e */
    and e.occurred_at >= r.since and e.occurred_at < r.until
left join again g on (g.event_id, g.programme) = (e.event_id, r.programme)
cross join lateral jsonb_to_recordset(coalesce(g.decision, e.decisions -> r.programme) -> 'trace' -> 'items')
    as i (code text, points bigint)
where
    i.points > 0 and e.event_id <> all(cast(:undone as uuid[]))
    and not exists (
        select from corrections c where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id)
    )
group by
    r.no, i.code,
    case r.grain
        when 'event' then e.occurred_at
        when 'lifetime' then null
        -- Shanghai's days, months and years: eight hours ahead, the whole year.
        else date_trunc(r.grain, e.occurred_at + interval '8 hours', 'UTC')
    end
