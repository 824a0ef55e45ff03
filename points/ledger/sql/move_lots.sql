-- Write what remains of these lots; a lot without a row yet gets one.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], seqs bigint[], remainings bigint[] (pairwise)
-- gives: nothing
-- locks: the lots' rows; the caller has claimed the holders
insert into lots (slice, holder_id, point_kind, seq, remaining)
select *
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]),
        cast(:seqs as bigint[]), cast(:remainings as bigint[])
    )
on conflict (slice, holder_id, point_kind, seq) do update set remaining = excluded.remaining
