-- Move these holders' versions on, whatever they are; rivals wait their turn.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), now timestamptz
-- gives: holder_id, version, last_recorded_at (the write's recorded_at), subject_handle, kind
-- locks: the holders' rows, until the transaction ends
update holders h
set version = h.version + 1, last_recorded_at = greatest(:now, h.last_recorded_at + interval '1 microsecond')
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as r (slice, holder_id)
where (h.slice, h.holder_id) = (r.slice, r.holder_id) /* slices: h */
returning h.holder_id, h.version, h.last_recorded_at, h.subject_handle, h.kind
