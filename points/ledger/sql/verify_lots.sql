-- Lots that do not hold what their uses left of them, and accounts that their lots and open holds do not add up to.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: code, holder_id, point_kind, seq (of the lot; null for an account), expected, found
-- locks: nothing
with credits as (
    select p.slice, p.holder_id, p.point_kind, p.seq, p.amount, coalesce(l.remaining, p.amount) as remaining
    from postings p
    left join lots l using (slice, holder_id, point_kind, seq)
    where
        p.amount > 0
        and (cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
),
uses as (
    select u.slice, u.holder_id, u.point_kind, u.lot_seq as seq, sum(u.amount) as used
    from lot_uses u
    where cast(:holder_id as uuid) is null or (u.slice, u.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
    group by u.slice, u.holder_id, u.point_kind, u.lot_seq
),
totals as (
    select slice, holder_id, point_kind, sum(remaining) as remaining from credits group by slice, holder_id, point_kind
),
open_uses as (
    select u.slice, u.holder_id, u.point_kind, -sum(u.amount) as held
    from lot_uses u
    left join hold_ends e using (slice, holder_id, hold_id)
    where
        u.hold_id is not null and e.hold_id is null
        and (cast(:holder_id as uuid) is null or (u.slice, u.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
    group by u.slice, u.holder_id, u.point_kind
)
select 'LOT_REMAINING' as code, holder_id, point_kind, seq, (amount + coalesce(used, 0))::text as expected, remaining::text as found
from credits left join uses using (slice, holder_id, point_kind, seq)
where remaining <> amount + coalesce(used, 0)
union all
select 'USE_WITHOUT_LOT', holder_id, point_kind, seq, 'a credit posting', used::text
from uses left join credits using (slice, holder_id, point_kind, seq)
where credits.amount is null
union all
select 'LOTS_SUM', a.holder_id, a.point_kind, null, a.posted::text, (coalesce(t.remaining, 0) + coalesce(o.held, 0))::text
from accounts a
join point_kinds k on k.code = a.point_kind
left join totals t using (slice, holder_id, point_kind)
left join open_uses o using (slice, holder_id, point_kind)
where
    k.family <> 'debt' and a.posted <> coalesce(t.remaining, 0) + coalesce(o.held, 0)
    and (cast(:holder_id as uuid) is null or (a.slice, a.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
