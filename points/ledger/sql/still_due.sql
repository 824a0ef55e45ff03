-- Which of these matters are still open and due.
-- binds: slices smallint[], holder_ids uuid[], due_ids uuid[] (pairwise), now timestamptz
-- gives: holder_id, due_id
-- locks: nothing; the caller has claimed the holders
select d.holder_id, d.due_id
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:due_ids as uuid[]))
    as r (slice, holder_id, due_id)
join dues d on (d.slice, d.holder_id, d.due_id) = (r.slice, r.holder_id, r.due_id) /* slices: d */
where d.due_at <= :now
