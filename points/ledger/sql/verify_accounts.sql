-- Accounts that are not what their postings, lots and open holds add up to, or whose bounds hide an open lot.
-- What remains of all lots is what was granted, less what is missing from the lots that were touched.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, point_kind, expected, found
-- locks: nothing
with own as materialized (
    select
        a.slice, a.holder_id, a.point_kind, a.posted, a.held, a.floor, a.seq, a.lots_from,
        coalesce(a.expires_next_at, 'infinity') as expires_next_at, a.point_kind like 'debt:%' as owed,
        cast(a.inactive_expires_on as timestamp) at time zone 'Asia/Shanghai' as inactive_at
    from accounts a
    where
        a.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or a.holder_id = cast(:holder_id as uuid))
),
sums as (
    select
        p.slice, p.holder_id, p.point_kind, sum(p.amount) as posted, max(p.seq) as seq,
        sum(p.amount) filter (where p.amount > 0) as granted
    from postings p
    where
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    group by p.slice, p.holder_id, p.point_kind
),
touched as (
    select l.slice, l.holder_id, l.point_kind, sum(p.amount - l.remaining) as missing
    from lots l
    join postings p on (p.slice, p.holder_id, p.point_kind, p.seq) = (l.slice, l.holder_id, l.point_kind, l.seq)
    where
        l.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or l.holder_id = cast(:holder_id as uuid))
    group by l.slice, l.holder_id, l.point_kind
),
open_holds as (
    select h.slice, h.holder_id, h.point_kind, sum(h.amount) as held
    from holds h
    where
        h.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or h.holder_id = cast(:holder_id as uuid))
        and not exists (
            select from hold_ends e where (e.slice, e.holder_id, e.hold_id) = (h.slice, h.holder_id, h.hold_id)
        )
    group by h.slice, h.holder_id, h.point_kind
),
standing as (
    select
        holder_id, point_kind, a.owed, a.floor,
        coalesce(a.posted, 0) as posted, coalesce(a.held, 0) as held, coalesce(a.seq, 0) as seq,
        coalesce(s.posted, 0) as sum_posted, coalesce(s.seq, 0) as last_seq, coalesce(h.held, 0) as sum_held,
        coalesce(s.granted, 0) - coalesce(t.missing, 0) + coalesce(h.held, 0) as lots_sum
    from own a
    full join sums s using (slice, holder_id, point_kind)
    left join touched t using (slice, holder_id, point_kind)
    left join open_holds h using (slice, holder_id, point_kind)
),
hidden as (
    select
        p.holder_id, p.point_kind, p.seq, a.lots_from, a.expires_next_at,
        coalesce(l.extended_to, p.lot_expires_at, a.inactive_at) as lapses_at
    from own a
    join postings p on (p.slice, p.holder_id, p.point_kind) = (a.slice, a.holder_id, a.point_kind)
    left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
    where
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
        and p.amount > 0 and not a.owed
        and (p.seq < a.lots_from or coalesce(p.lot_expires_at, a.inactive_at) < a.expires_next_at)
        and coalesce(l.remaining, 1) > 0
)
select f.code, s.holder_id, s.point_kind, f.expected, f.found
from standing s
cross join lateral (
    values
    ('ACCOUNT_POSTED', s.posted <> s.sum_posted, s.sum_posted::text, s.posted::text),
    ('ACCOUNT_HELD', s.held <> s.sum_held, s.sum_held::text, s.held::text),
    ('ACCOUNT_SEQ', s.seq <> s.last_seq, s.last_seq::text, s.seq::text),
    ('FLOOR_BROKEN', s.posted - s.held < s.floor, s.floor::text, (s.posted - s.held)::text),
    ('LOTS_SUM', not s.owed and s.posted <> s.lots_sum, s.posted::text, s.lots_sum::text)
) as f (code, broken, expected, found)
where
    (
        s.posted <> s.sum_posted or s.held <> s.sum_held or s.seq <> s.last_seq or s.posted - s.held < s.floor
        or (s.posted <> s.lots_sum and not s.owed)
    )
    and f.broken
union all
select 'LOTS_FROM', h.holder_id, h.point_kind, min(h.seq)::text, min(h.lots_from)::text
from hidden h where h.seq < h.lots_from
group by h.holder_id, h.point_kind
union all
select 'EXPIRES_NEXT', h.holder_id, h.point_kind, min(h.lapses_at)::text, min(h.expires_next_at)::text
from hidden h where h.lapses_at < h.expires_next_at
group by h.holder_id, h.point_kind
