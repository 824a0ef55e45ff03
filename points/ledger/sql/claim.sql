-- Move these holders' versions on, where each still stands at the version that was read.
-- binds: slices smallint[], holder_ids uuid[], versions bigint[], recorded_ats timestamptz[] (pairwise)
-- gives: holder_id of each that was claimed; those that moved meanwhile are missing
-- locks: the claimed holders' rows, until the transaction ends
update holders h
set version = h.version + 1, last_recorded_at = r.recorded_at
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]),
        cast(:versions as bigint[]), cast(:recorded_ats as timestamptz[])
    ) as r (slice, holder_id, version, recorded_at)
where (h.slice, h.holder_id) = (r.slice, r.holder_id) and h.version = r.version /* slices: h */
returning h.holder_id
