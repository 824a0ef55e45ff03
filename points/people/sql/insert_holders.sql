-- Register holders.
-- binds: slices smallint[], holder_ids uuid[], kinds text[], unit_ids uuid[], handles bytea[] (pairwise), now timestamptz
-- gives: nothing
-- locks: the new rows
insert into holders (slice, holder_id, kind, unit_id, subject_handle, last_recorded_at)
select r.slice, r.holder_id, r.kind, r.unit_id, r.handle, cast(:now as timestamptz)
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:kinds as text[]),
        cast(:unit_ids as uuid[]), cast(:handles as bytea[])
    ) as r (slice, holder_id, kind, unit_id, handle)
