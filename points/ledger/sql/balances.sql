-- What one holder has of each point kind today, and what of it has lapsed by an instant, swept or not.
-- binds: slice smallint, holder_id uuid, as_of timestamptz (today or later)
-- gives: point_kind, posted, held, floor, suspended_at, grace_days, lapsed, expiring, expiring_at (the next date and
--        what it takes)
-- locks: nothing
select
    a.point_kind, a.posted, a.held, a.floor, a.suspended_at, k.grace_days,
    coalesce(lots.lapsed, 0)::bigint as lapsed,
    coalesce(lots.expiring, 0)::bigint as expiring,
    lots.expiring_at
from accounts a
join point_kinds k on k.code = a.point_kind
left join lateral (
    select
        sum(d.remaining) filter (where d.lapses_at <= :as_of) as lapsed,
        sum(d.remaining) filter (where d.lapses_at = d.next_at) as expiring,
        min(d.next_at) as expiring_at
    from (
        select o.remaining, o.lapses_at, min(o.lapses_at) filter (where o.lapses_at > :as_of) over () as next_at
        from (
            select
                coalesce(l.remaining, p.amount) as remaining,
                coalesce(
                    l.extended_to, p.lot_expires_at,
                    cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai'
                ) as lapses_at
            from postings p
            left join lots l
                on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
            where
                p.slice = a.slice and p.holder_id = a.holder_id and p.point_kind = a.point_kind
                and p.seq >= a.lots_from and p.amount > 0
                -- Where nothing will ever lapse no lot need be looked at.
                and a.expires_next_at is not null
        ) o
        where o.remaining > 0 and o.lapses_at is not null
    ) d
) lots on true
where a.slice = :slice and a.holder_id = :holder_id
order by a.point_kind
