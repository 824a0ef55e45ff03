-- What one holder has of each point kind; lots past their date are already subtracted.
-- binds: slice smallint, holder_id uuid, now timestamptz
-- gives: point_kind, posted, held, floor, lapsed, expiring, expiring_at (the next date and what it takes)
-- locks: nothing
select
    a.point_kind, a.posted, a.held, a.floor,
    coalesce(lots.lapsed, 0)::bigint as lapsed,
    coalesce(lots.expiring, 0)::bigint as expiring,
    lots.expiring_at
from accounts a
left join lateral (
    select
        sum(d.remaining) filter (where d.lot_expires_at <= :now) as lapsed,
        sum(d.remaining) filter (where d.lot_expires_at = d.next_at) as expiring,
        min(d.next_at) as expiring_at
    from (
        select
            p.lot_expires_at, coalesce(l.remaining, p.amount) as remaining,
            min(p.lot_expires_at) filter (
                where p.lot_expires_at > :now and coalesce(l.remaining, p.amount) > 0
            ) over () as next_at
        from postings p
        left join lots l using (slice, holder_id, point_kind, seq)
        where
            p.slice = a.slice and p.holder_id = a.holder_id and p.point_kind = a.point_kind
            and p.amount > 0 and p.lot_expires_at is not null
    ) d
) lots on true
where a.slice = :slice and a.holder_id = :holder_id
order by a.point_kind
