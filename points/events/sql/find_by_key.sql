-- The events that already stand under these business keys.
-- binds: slices smallint[], holder_ids uuid[], kinds text[], business_keys text[], correction_nos integer[] (pairwise)
-- gives: the event's columns, corrected (undone since)
-- locks: nothing
select
    e.holder_id, e.event_id, e.kind, e.business_key, e.correction_no, e.fingerprint, e.occurred_at, e.ended_at,
    e.recorded_at, e.evidence, e.source, e.derived_from, e.data, e.decisions,
    exists (
        select from corrections c where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id)
    ) as corrected
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:kinds as text[]),
        cast(:business_keys as text[]), cast(:correction_nos as integer[])
    ) as r (slice, holder_id, kind, business_key, correction_no)
join events e
    on (e.slice, e.holder_id, e.kind, e.business_key, e.correction_no)
    = (r.slice, r.holder_id, r.kind, r.business_key, r.correction_no) /* slices: e */
