-- What was undone: which transaction of which event, by what, and when that was learnt.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id, corrected_transaction_id, event_id, by_event_id, recorded_at
-- locks: nothing
select c.holder_id, c.corrected_transaction_id, c.event_id, c.by_event_id, c.recorded_at
from corrections c
where
    c.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or c.holder_id = cast(:holder_id as uuid))
order by c.slice, c.holder_id, c.recorded_at, c.corrected_transaction_id
