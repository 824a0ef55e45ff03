-- Open holds that are past their time, oldest first.
-- binds: now timestamptz, most integer
-- gives: holder_id, hold_id
-- locks: nothing; ending one claims its holder first
select h.holder_id, h.hold_id
from holds h
left join hold_ends e using (slice, holder_id, hold_id)
where h.expires_at <= :now and e.hold_id is null
order by h.expires_at
limit :most
