-- Lots that do not hold what their uses left of them, uses of what is not there, and spendings that their lots did
-- not give. What a posting takes from lots and gives back to them is its amount; a credit's own lot gives nothing net,
-- and a capture takes by its hold.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, point_kind, seq (of the lot, or of the posting that spent), expected, found
-- locks: nothing
with own_uses as materialized (
    select u.slice, u.holder_id, u.point_kind, u.lot_seq, u.posting_seq, u.hold_id, u.amount
    from lot_uses u
    where
        u.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or u.holder_id = cast(:holder_id as uuid))
),
lot_sums as (
    select u.slice, u.holder_id, u.point_kind, u.lot_seq as seq, sum(u.amount) as used
    from own_uses u
    group by u.slice, u.holder_id, u.point_kind, u.lot_seq
),
own_lots as (
    select l.slice, l.holder_id, l.point_kind, l.seq, l.remaining from lots l
    where
        l.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or l.holder_id = cast(:holder_id as uuid))
),
lots_found as (
    select
        t.holder_id, t.point_kind, t.seq, t.remaining, t.used, t.remaining is null as missing,
        -- Few lots are touched: a lookup for each.
        (
            select p.amount from postings p
            where
                (p.slice, p.holder_id, p.point_kind, p.seq) = (t.slice, t.holder_id, t.point_kind, t.seq)
                and p.amount > 0 and p.point_kind not like 'debt:%'
        ) as granted
    from (
        select slice, holder_id, point_kind, seq, l.remaining, u.used
        from own_lots l
        full join lot_sums u using (slice, holder_id, point_kind, seq)
    ) t
),
spendings as (
    select
        holder_id, point_kind, seq, coalesce(u.used, 0) as used, p.amount is null as other,
        case when p.hold_id is not null or point_kind like 'debt:%' then 0 else coalesce(p.amount, 0) end as taken,
        u.slice
    from (
        select p.slice, p.holder_id, p.point_kind, p.seq, p.amount, p.hold_id from postings p
        where
            p.amount < 0
            and p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
            and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    ) p
    full join (
        select u.slice, u.holder_id, u.point_kind, u.posting_seq as seq, sum(u.amount) as used
        from own_uses u where u.posting_seq is not null
        group by u.slice, u.holder_id, u.point_kind, u.posting_seq
    ) u using (slice, holder_id, point_kind, seq)
)
select
    'LOT_REMAINING' as code, f.holder_id, f.point_kind, f.seq,
    (f.granted + coalesce(f.used, 0))::text as expected, f.remaining::text as found
from lots_found f where f.remaining <> f.granted + coalesce(f.used, 0)
union all
select 'USE_WITHOUT_LOT', f.holder_id, f.point_kind, f.seq, '-', f.used::text
from lots_found f where f.missing or (f.granted is null and f.used is not null)
union all
select 'LOT_WITHOUT_POSTING', f.holder_id, f.point_kind, f.seq, '-', f.remaining::text
from lots_found f where f.granted is null and f.used is null
union all
select 'SPENT_LOTS', s.holder_id, s.point_kind, s.seq, s.taken::text, s.used::text
from spendings s where s.used <> s.taken
union all
-- What is no spending is seldom used: a lookup for each.
select 'USE_WITHOUT_CAUSE', s.holder_id, s.point_kind, s.seq, '-', s.used::text
from spendings s
where
    s.other and (
        select p.seq from postings p
        where (p.slice, p.holder_id, p.point_kind, p.seq) = (s.slice, s.holder_id, s.point_kind, s.seq)
    ) is null
union all
select 'USE_WITHOUT_CAUSE', u.holder_id, u.point_kind, u.lot_seq, '-', u.amount::text
from own_uses u
left join holds h on (h.slice, h.holder_id, h.hold_id, h.point_kind) = (u.slice, u.holder_id, u.hold_id, u.point_kind)
where u.hold_id is not null and h.hold_id is null
