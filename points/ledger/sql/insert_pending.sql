-- Write points that wait, and when each is due.
-- binds: slices smallint[], holder_ids uuid[], pending_ids uuid[], due_ats timestamptz[], whats text[], datas jsonb[],
--        event_ids uuid[], recorded_ats timestamptz[] (pairwise)
-- gives: nothing
-- locks: the new rows; the caller has claimed the holders
with new as (
    select *
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:pending_ids as uuid[]),
            cast(:due_ats as timestamptz[]), cast(:whats as text[]), cast(:datas as jsonb[]),
            cast(:event_ids as uuid[]), cast(:recorded_ats as timestamptz[])
        ) as r (slice, holder_id, pending_id, due_at, what, data, event_id, recorded_at)
),
due as (
    insert into dues (slice, holder_id, due_id, what, due_at)
    select slice, holder_id, pending_id, 'pending', due_at from new
)
insert into pending (slice, holder_id, pending_id, due_at, what, data, event_id, recorded_at)
select * from new
