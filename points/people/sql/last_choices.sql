-- What each of these holders chose last about having good deeds recorded.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, declined, chosen_at; no row for who never chose
-- locks: nothing
select distinct on (c.slice, c.holder_id) c.holder_id, c.declined, c.chosen_at
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
join recording_choices c on (c.slice, c.holder_id) = (w.slice, w.holder_id) /* slices: c */
order by c.slice, c.holder_id, c.chosen_at desc
