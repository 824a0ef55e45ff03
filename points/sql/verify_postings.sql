-- What every event must answer for: all postings, account by account.
-- binds: from_slice smallint, from_holder uuid, to_slice smallint, to_holder uuid (inclusive)
-- gives: holder_id, point_kind, seq, transaction_id, contra, amount, effective_at, recorded_at, lot_expires_at, reason,
--        event_id, case_id
-- locks: nothing
select
    p.holder_id, p.point_kind, p.seq, p.transaction_id, p.contra, p.amount, p.effective_at, p.recorded_at,
    p.lot_expires_at, p.reason, p.event_id, p.case_id
from postings p
where
    (p.slice, p.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
    and (p.slice, p.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
order by p.slice, p.holder_id, p.point_kind, p.seq
