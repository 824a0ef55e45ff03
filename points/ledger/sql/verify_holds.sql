-- Holds that are not backed by lots for just their amount, or that captured more than they held.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: code, holder_id, hold_id, expected, found
-- locks: nothing
with standing as (
    select
        h.holder_id, h.hold_id, h.amount, e.ending, coalesce(e.captured, 0) as captured,
        coalesce((
            select -sum(u.amount) from lot_uses u
            where u.slice = h.slice and u.holder_id = h.holder_id and u.hold_id = h.hold_id
        ), 0) as taken,
        coalesce((
            select -sum(p.amount) from postings p
            where p.slice = h.slice and p.holder_id = h.holder_id and p.hold_id = h.hold_id
        ), 0) as posted
    from holds h
    left join hold_ends e using (slice, holder_id, hold_id)
    where cast(:holder_id as uuid) is null or (h.slice, h.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
)
select 'HOLD_LOTS' as code, holder_id, hold_id, amount::text as expected, taken::text as found
from standing where ending is null and taken <> amount
union all
select 'HOLD_END_LOTS', holder_id, hold_id, captured::text, taken::text from standing where ending is not null and taken <> captured
union all
select 'HOLD_CAPTURE', holder_id, hold_id, captured::text, posted::text from standing where posted <> captured
