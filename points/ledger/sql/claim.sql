-- Move these holders' versions on, where each still stands at the version that was read. They are locked first, in
-- the order of all writers: an update alone takes its rows as the plan of the day finds them, and two may cross.
-- binds: slices smallint[], holder_ids uuid[], versions bigint[], recorded_ats timestamptz[] (pairwise)
-- gives: holder_id of each that was claimed; those that moved meanwhile are missing
-- locks: the claimed holders' rows, by slice and id, until the transaction ends
with standing as (
    select h.slice, h.holder_id, r.recorded_at
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]),
            cast(:versions as bigint[]), cast(:recorded_ats as timestamptz[])
        ) as r (slice, holder_id, version, recorded_at)
    join holders h on (h.slice, h.holder_id) = (r.slice, r.holder_id)
    where h.version = r.version /* slices: h */
    order by h.slice, h.holder_id
    for no key update of h
)
update holders h
set version = h.version + 1, last_recorded_at = standing.recorded_at
from standing
where (h.slice, h.holder_id) = (standing.slice, standing.holder_id) /* slices: h */
returning h.holder_id
