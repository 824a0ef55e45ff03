-- Open accounts that are not there yet, empty.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[] (pairwise)
-- gives: nothing
-- locks: the new rows; the caller has claimed the holders
insert into accounts (slice, holder_id, point_kind)
select r.slice, r.holder_id, r.point_kind
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]))
    as r (slice, holder_id, point_kind)
on conflict do nothing
