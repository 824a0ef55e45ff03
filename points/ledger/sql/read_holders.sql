-- These holders as they stand, with the version that a writer must name.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, version, last_recorded_at, subject_handle, kind
-- locks: nothing
select h.holder_id, h.version, h.last_recorded_at, h.subject_handle, h.kind
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as r (slice, holder_id)
join holders h on (h.slice, h.holder_id) = (r.slice, r.holder_id) /* slices: h */
