-- Decisions that were made again, in the order in which they were.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id, event_id, programme, decision_no, recorded_at, decision
-- locks: nothing
select d.holder_id, d.event_id, d.programme, d.decision_no, d.recorded_at, d.decision
from redecisions d
where
    d.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or d.holder_id = cast(:holder_id as uuid))
order by d.slice, d.holder_id, d.recorded_at, d.event_id, d.programme, d.decision_no
