-- Give households these numbers, as far as nobody has them.
-- binds: numbers text[], holder_ids uuid[] (pairwise)
-- gives: number, holder_id; a number that is taken, also by another row of the same batch, gives none
-- locks: the new rows; waits for a rival who is taking the same number
insert into household_numbers (number, holder_id)
select drawn.number, drawn.holder_id
from unnest(cast(:numbers as text[]), cast(:holder_ids as uuid[])) as drawn (number, holder_id)
order by drawn.number
on conflict (number) do nothing
returning number, holder_id
