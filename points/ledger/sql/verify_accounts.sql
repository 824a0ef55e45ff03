-- Accounts whose posted, held or sequence is not what their postings and open holds add up to.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: code, holder_id, point_kind, expected, found
-- locks: nothing
with sums as (
    select p.slice, p.holder_id, p.point_kind, sum(p.amount) as posted, max(p.seq) as seq
    from postings p
    where cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
    group by p.slice, p.holder_id, p.point_kind
),
open_holds as (
    select h.slice, h.holder_id, h.point_kind, sum(h.amount) as held
    from holds h
    left join hold_ends e using (slice, holder_id, hold_id)
    where
        e.hold_id is null
        and (cast(:holder_id as uuid) is null or (h.slice, h.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid)))
    group by h.slice, h.holder_id, h.point_kind
),
standing as (
    select
        a.holder_id, a.point_kind, a.posted, a.held, a.floor, a.seq,
        coalesce(s.posted, 0) as sum_posted, coalesce(s.seq, 0) as last_seq, coalesce(h.held, 0) as sum_held
    from accounts a
    left join sums s using (slice, holder_id, point_kind)
    left join open_holds h using (slice, holder_id, point_kind)
    where cast(:holder_id as uuid) is null or (a.slice, a.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
)
select 'ACCOUNT_POSTED' as code, holder_id, point_kind, sum_posted::text as expected, posted::text as found
from standing where posted <> sum_posted
union all
select 'ACCOUNT_HELD', holder_id, point_kind, sum_held::text, held::text from standing where held <> sum_held
union all
select 'ACCOUNT_SEQ', holder_id, point_kind, last_seq::text, seq::text from standing where seq <> last_seq
union all
select 'FLOOR_BROKEN', holder_id, point_kind, floor::text, (posted - held)::text from standing where posted - held < floor
