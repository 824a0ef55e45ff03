-- Holders with an account of which something may have lapsed, the longest due first.
-- binds: now timestamptz, most integer
-- gives: holder_id
-- locks: nothing; expiring claims the holders first
select distinct d.holder_id
from (
    select a.holder_id from accounts a
    where a.expires_next_at <= :now
    order by a.expires_next_at
    limit :most
) d
