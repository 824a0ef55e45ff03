-- One holder's open lots that lapse within a span of time, the next to lapse first.
-- binds: slice smallint, holder_id uuid, now timestamptz, until timestamptz
-- gives: the columns of points.ledger.outlook.OpenLot, in its order
-- locks: nothing
select
    o.point_kind, o.seq, o.transaction_id, o.title, o.amount as granted, o.remaining, o.effective_at, o.lapses_at,
    o.extended
from (
    select
        p.point_kind, p.seq, p.transaction_id, p.title, p.amount, p.effective_at,
        coalesce(l.remaining, p.amount) as remaining, l.extended_to is not null as extended,
        coalesce(
            l.extended_to, p.lot_expires_at, cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai'
        ) as lapses_at
    from accounts a
    join postings p
        on (p.slice, p.holder_id, p.point_kind) = (a.slice, a.holder_id, a.point_kind)
        and p.seq >= a.lots_from and p.amount > 0
    left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
    where a.slice = :slice and a.holder_id = :holder_id and a.expires_next_at <= :until
) o
where o.remaining > 0 and o.lapses_at > :now and o.lapses_at <= :until
order by o.lapses_at, o.point_kind, o.seq
