-- The transactions by which these events' awards were posted, at once or later.
-- binds: slices smallint[], holder_ids uuid[], event_ids uuid[] (pairwise)
-- gives: event_id, transaction_id
-- locks: nothing
select distinct p.event_id, p.transaction_id
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]))
    as r (slice, holder_id, event_id)
join postings p on (p.slice, p.holder_id) = (r.slice, r.holder_id) and p.event_id = r.event_id /* slices: p */
where p.contra like 'issuance:%' and p.reason not like 'reversal:%'
