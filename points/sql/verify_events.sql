-- Every event with its decisions, holder by holder in recorded order.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: holder_id, holder_kind, event_id, kind, subject_id, derived_from, business_key, corrects_event_id,
--        correction_no, fingerprint, occurred_at, ended_at, recorded_at, evidence, data, decisions
-- locks: nothing
select
    e.holder_id, h.kind as holder_kind, e.event_id, e.kind, e.subject_id, e.derived_from, e.business_key,
    e.corrects_event_id, e.correction_no, e.fingerprint, e.occurred_at, e.ended_at, e.recorded_at, e.evidence, e.data,
    e.decisions
from events e
join holders h on (h.slice, h.holder_id) = (e.slice, e.holder_id)
where
    e.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or e.holder_id = cast(:holder_id as uuid))
order by e.slice, e.holder_id, e.recorded_at, e.event_id
