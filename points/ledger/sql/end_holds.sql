-- Write how these holds ended, once each; they are due no more.
-- binds: slices smallint[], holder_ids uuid[], hold_ids uuid[], endings text[], captured bigint[], ended_ats timestamptz[],
--        ended_bys uuid[] (pairwise)
-- gives: nothing
-- locks: the rows; the caller has claimed the holders
with ends as (
    select *
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:hold_ids as uuid[]),
            cast(:endings as text[]), cast(:captured as bigint[]), cast(:ended_ats as timestamptz[]),
            cast(:ended_bys as uuid[])
        ) as r (slice, holder_id, hold_id, ending, captured, ended_at, ended_by)
),
over as (
    delete from dues d using ends e
    where (d.slice, d.holder_id, d.due_id) = (e.slice, e.holder_id, e.hold_id)
)
insert into hold_ends (slice, holder_id, hold_id, ending, captured, ended_at, ended_by)
select * from ends
