-- What every event must answer for: all postings, account by account.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id, point_kind, seq, transaction_id, contra, amount, effective_at, recorded_at, lot_expires_at, reason,
--        event_id, case_id
-- locks: nothing
select
    p.holder_id, p.point_kind, p.seq, p.transaction_id, p.contra, p.amount, p.effective_at, p.recorded_at,
    p.lot_expires_at, p.reason, p.event_id, p.case_id
from postings p
where
    p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
order by p.slice, p.holder_id, p.point_kind, p.seq
