-- How many people are at a shift now, how many have been there, and who came last.
-- binds: shift_id text, most integer
-- gives: one row: present_count, came_count, last_holder_ids uuid[] (newest first, `most` at most)
-- locks: nothing
with stretches as (
    select
        e.slice, e.holder_id, e.data ->> 'stretch' as stretch,
        max(e.occurred_at) filter (where e.kind = 'checked_in') as in_at,
        max(e.occurred_at) filter (where e.kind = 'checked_out') as out_at
    from events e
    where e.data ->> 'shift_id' = :shift_id and e.kind in ('checked_in', 'checked_out')
    group by e.slice, e.holder_id, e.data ->> 'stretch'
),
people as (
    select slice, holder_id, max(in_at) as last_in_at, bool_or(out_at is null) as present
    from stretches
    group by slice, holder_id
)
select
    count(*) filter (where present) as present_count,
    count(*) as came_count,
    (array_agg(holder_id order by last_in_at desc, holder_id))[1 : cast(:most as integer)] as last_holder_ids
from people
