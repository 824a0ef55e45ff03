-- Write holds, and when each is due.
-- binds: slices smallint[], holder_ids uuid[], hold_ids uuid[], point_kinds text[], amounts bigint[], purposes text[],
--        held_ats timestamptz[], expires_ats timestamptz[] (pairwise)
-- gives: nothing
-- locks: the new rows; the caller has claimed the holders
with new as (
    select *
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:hold_ids as uuid[]),
            cast(:point_kinds as text[]), cast(:amounts as bigint[]), cast(:purposes as text[]),
            cast(:held_ats as timestamptz[]), cast(:expires_ats as timestamptz[])
        ) as r (slice, holder_id, hold_id, point_kind, amount, purpose, held_at, expires_at)
),
due as (
    insert into dues (slice, holder_id, due_id, what, due_at)
    select slice, holder_id, hold_id, 'hold', expires_at from new
)
insert into holds (slice, holder_id, hold_id, point_kind, amount, purpose, held_at, expires_at)
select * from new
