-- What was undone: which transaction of which event, by what, and when that was learnt.
-- binds: from_slice smallint, from_holder uuid, to_slice smallint, to_holder uuid (inclusive)
-- gives: holder_id, corrected_transaction_id, event_id, by_event_id, recorded_at
-- locks: nothing
select c.holder_id, c.corrected_transaction_id, c.event_id, c.by_event_id, c.recorded_at
from corrections c
where
    (c.slice, c.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
    and (c.slice, c.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
order by c.slice, c.holder_id, c.recorded_at, c.corrected_transaction_id
