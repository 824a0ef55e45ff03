-- Write what became of points that waited, once each; they are due no more.
-- binds: slices smallint[], holder_ids uuid[], pending_ids uuid[], outcomes text[], ended_ats timestamptz[] (pairwise)
-- gives: nothing
-- locks: the rows; the caller has claimed the holders
with ends as (
    select *
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:pending_ids as uuid[]),
            cast(:outcomes as text[]), cast(:ended_ats as timestamptz[])
        ) as r (slice, holder_id, pending_id, outcome, ended_at)
),
over as (
    delete from dues d using ends e
    where (d.slice, d.holder_id, d.due_id) = (e.slice, e.holder_id, e.pending_id)
)
insert into pending_ends (slice, holder_id, pending_id, outcome, ended_at)
select * from ends
