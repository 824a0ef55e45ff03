-- What these holders had of some point kinds at the end of a day, as it was known at an instant, without what had lapsed.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), kinds text[], until timestamptz (exclusive: the end of the day),
--        known_at timestamptz, inactivity boolean (whether today's date of inactivity counts: no earlier one is kept)
-- gives: holder_id, point_kind, amount (minor units); no row for a holder without an account
-- locks: nothing
select a.holder_id, a.point_kind, (had.posted - had.lapsed)::bigint as amount
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
join accounts a
    on (a.slice, a.holder_id) = (w.slice, w.holder_id) and a.point_kind = any(cast(:kinds as text[])) /* slices: a */
cross join lateral (
    select
        coalesce(sum(p.amount), 0) as posted,
        coalesce(sum(p.amount + u.moved) filter (
            where
                p.amount > 0
                and coalesce(
                    -- A grace is known from the return that began it.
                    case when u.returned_late then l.extended_to end, p.lot_expires_at,
                    case when :inactivity then cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai' end
                ) < :until
        ), 0) as lapsed
    from postings p
    left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
    cross join lateral (
        select
            coalesce(sum(x.amount), 0) as moved,
            coalesce(bool_or(x.amount > 0 and x.recorded_at >= p.lot_expires_at), false) as returned_late
        from lot_uses x
        where
            p.amount > 0
            and (x.slice, x.holder_id, x.point_kind, x.lot_seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
            and x.recorded_at <= :known_at
    ) u
    where
        (p.slice, p.holder_id, p.point_kind) = (a.slice, a.holder_id, a.point_kind)
        and p.effective_at < :until and p.recorded_at <= :known_at
) had
