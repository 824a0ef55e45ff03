-- Accounts that are not what their postings, lots and open holds add up to, or whose bounds hide an open lot.
-- binds: from_slice smallint, from_holder uuid, to_slice smallint, to_holder uuid (inclusive)
-- gives: code, holder_id, point_kind, expected, found
-- locks: nothing
with sums as (
    select
        p.slice, p.holder_id, p.point_kind, sum(p.amount) as posted, max(p.seq) as seq,
        sum(coalesce(l.remaining, p.amount)) filter (where p.amount > 0) as remaining,
        min(p.seq) filter (where p.amount > 0 and coalesce(l.remaining, 1) > 0) as first_open,
        min(coalesce(l.extended_to, p.lot_expires_at)) filter (where p.amount > 0 and coalesce(l.remaining, 1) > 0)
            as lapses_first,
        bool_or(p.amount > 0 and coalesce(l.remaining, 1) > 0 and coalesce(l.extended_to, p.lot_expires_at) is null)
            as undated
    from postings p
    left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
    where
        (p.slice, p.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
        and (p.slice, p.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
    group by p.slice, p.holder_id, p.point_kind
),
open_holds as (
    select h.slice, h.holder_id, h.point_kind, sum(h.amount) as held
    from holds h
    where
        (h.slice, h.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
        and (h.slice, h.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
        and not exists (
            select from hold_ends e where (e.slice, e.holder_id, e.hold_id) = (h.slice, h.holder_id, h.hold_id)
        )
    group by h.slice, h.holder_id, h.point_kind
),
own as (
    select a.* from accounts a
    where
        (a.slice, a.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
        and (a.slice, a.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
),
standing as (
    select
        holder_id, point_kind, point_kind like 'debt:%' as owed, a.floor, a.lots_from, a.expires_next_at,
        coalesce(a.posted, 0) as posted, coalesce(a.held, 0) as held, coalesce(a.seq, 0) as seq,
        coalesce(s.posted, 0) as sum_posted, coalesce(s.seq, 0) as last_seq, coalesce(h.held, 0) as sum_held,
        coalesce(s.remaining, 0) + coalesce(h.held, 0) as lots_sum, s.first_open,
        least(
            s.lapses_first,
            case when s.undated then cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai' end
        ) as lapses_first
    from own a
    full join sums s using (slice, holder_id, point_kind)
    left join open_holds h using (slice, holder_id, point_kind)
)
select f.code, s.holder_id, s.point_kind, f.expected, f.found
from standing s
cross join lateral (
    values
    ('ACCOUNT_POSTED', s.posted <> s.sum_posted, s.sum_posted::text, s.posted::text),
    ('ACCOUNT_HELD', s.held <> s.sum_held, s.sum_held::text, s.held::text),
    ('ACCOUNT_SEQ', s.seq <> s.last_seq, s.last_seq::text, s.seq::text),
    ('FLOOR_BROKEN', s.posted - s.held < s.floor, s.floor::text, (s.posted - s.held)::text),
    ('LOTS_SUM', not s.owed and s.posted <> s.lots_sum, s.posted::text, s.lots_sum::text),
    ('LOTS_FROM', not s.owed and s.first_open < s.lots_from, s.first_open::text, s.lots_from::text),
    (
        'EXPIRES_NEXT',
        not s.owed and s.lapses_first is not null and coalesce(s.expires_next_at, 'infinity') > s.lapses_first,
        s.lapses_first::text, coalesce(s.expires_next_at::text, '-')
    )
) as f (code, broken, expected, found)
where f.broken
