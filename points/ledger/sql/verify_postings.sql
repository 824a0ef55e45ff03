-- Postings that break the chain of their account, or that name no reason for being.
-- binds: slice smallint, holder_id uuid (nulls: everyone)
-- gives: code, holder_id, point_kind, seq, expected, found
-- locks: nothing
with chain as (
    select
        p.*, row_number() over w as no, sum(p.amount) over w as running,
        lag(p.recorded_at) over w as earlier
    from postings p
    where cast(:holder_id as uuid) is null or (p.slice, p.holder_id) = (cast(:slice as smallint), cast(:holder_id as uuid))
    window w as (partition by p.slice, p.holder_id, p.point_kind order by p.seq)
)
select 'SEQ_GAP' as code, holder_id, point_kind, seq, no::text as expected, seq::text as found
from chain where seq <> no
union all
select 'BALANCE_AFTER', holder_id, point_kind, seq, running::text, balance_after::text
from chain where balance_after <> running
union all
select 'RECORDED_ORDER', holder_id, point_kind, seq, earlier::text, recorded_at::text
from chain where recorded_at < earlier
union all
select 'NO_REASON', holder_id, point_kind, seq, 'an event, hold, lot or case', contra
from chain
where
    (contra like 'issuance:%' and event_id is null)
    or (contra like 'redemption:%' and hold_id is null)
    or (contra = 'expiry' and reason not like 'lot:%')
    or (contra not like 'issuance:%' and contra not like 'redemption:%' and contra <> 'expiry'
        and event_id is null and hold_id is null and case_id is null and decided_by is null)
