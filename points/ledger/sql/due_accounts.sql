-- Holders with an account of which something may have lapsed: the longest due, told slice by slice.
-- binds: now timestamptz, most integer (accounts), but uuid[] (holders to leave out)
-- gives: holder_id
-- locks: nothing; expiring claims the holders first
select distinct d.slice, d.holder_id
from (
    select a.slice, a.holder_id from accounts a
    where a.expires_next_at <= :now and a.holder_id <> all(cast(:but as uuid[]))
    order by a.expires_next_at
    limit :most
) d
order by d.slice, d.holder_id
