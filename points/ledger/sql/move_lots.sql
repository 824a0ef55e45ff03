-- Write what remains of these lots; a lot without a row yet gets one, with the grace of its kind.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], seqs bigint[], remainings bigint[],
--        grace_days smallint[], extended_tos timestamptz[] (pairwise)
-- gives: nothing
-- locks: the lots' rows; the caller has claimed the holders
insert into lots (slice, holder_id, point_kind, seq, remaining, grace_days, extended_to)
select *
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]),
        cast(:seqs as bigint[]), cast(:remainings as bigint[]), cast(:grace_days as smallint[]),
        cast(:extended_tos as timestamptz[])
    )
on conflict (slice, holder_id, point_kind, seq)
do update set remaining = excluded.remaining, extended_to = excluded.extended_to
