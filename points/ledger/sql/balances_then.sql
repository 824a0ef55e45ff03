-- What one holder had of each point kind as of one instant, by what was known at another.
-- binds: slice smallint, holder_id uuid, as_of timestamptz, known_at timestamptz,
--        inactivity boolean (whether today's date of inactivity counts: no earlier one is kept)
-- gives: point_kind, posted, held, lapsed, expiring, expiring_at (the next date and what it takes)
-- locks: nothing
with credits as (
    select
        p.point_kind, p.amount + coalesce(u.moved, 0) as remaining,
        coalesce(
            -- A grace is known from the return that began it.
            case when u.returned_late then l.extended_to end, p.lot_expires_at,
            case when :inactivity then cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai' end
        ) as lapses_at
    from postings p
    join accounts a on (a.slice, a.holder_id, a.point_kind) = (p.slice, p.holder_id, p.point_kind)
    left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
    left join lateral (
        select sum(x.amount) as moved, bool_or(x.amount > 0 and x.recorded_at >= p.lot_expires_at) as returned_late
        from lot_uses x
        where
            (x.slice, x.holder_id, x.point_kind, x.lot_seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
            and x.recorded_at <= :known_at
    ) u on true
    where
        p.slice = :slice and p.holder_id = :holder_id and p.amount > 0
        and p.effective_at <= :as_of and p.recorded_at <= :known_at
),
lots_then as (
    select
        d.point_kind,
        sum(d.remaining) filter (where d.lapses_at <= :as_of) as lapsed,
        sum(d.remaining) filter (where d.lapses_at = d.next_at) as expiring,
        min(d.next_at) as expiring_at
    from (
        select c.*, min(c.lapses_at) filter (where c.lapses_at > :as_of) over (partition by c.point_kind) as next_at
        from credits c
        where c.remaining > 0 and c.lapses_at is not null
    ) d
    group by d.point_kind
)
select
    a.point_kind,
    coalesce((
        select sum(p.amount) from postings p
        where
            (p.slice, p.holder_id, p.point_kind) = (a.slice, a.holder_id, a.point_kind)
            and p.effective_at <= :as_of and p.recorded_at <= :known_at
    ), 0)::bigint as posted,
    coalesce((
        select sum(h.amount) from holds h
        left join hold_ends e on (e.slice, e.holder_id, e.hold_id) = (h.slice, h.holder_id, h.hold_id)
        where
            (h.slice, h.holder_id, h.point_kind) = (a.slice, a.holder_id, a.point_kind)
            and h.held_at <= least(:as_of, :known_at)
            and (e.ended_at is null or e.ended_at > least(:as_of, :known_at))
    ), 0)::bigint as held,
    coalesce(t.lapsed, 0)::bigint as lapsed,
    coalesce(t.expiring, 0)::bigint as expiring,
    t.expiring_at
from accounts a
left join lots_then t on t.point_kind = a.point_kind
where a.slice = :slice and a.holder_id = :holder_id
order by a.point_kind
