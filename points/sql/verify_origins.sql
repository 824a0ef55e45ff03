-- Events that events of other holders name: a member's, of which the household has a share; one of a merged register.
-- binds: slices smallint[], holder_ids uuid[], event_ids uuid[] (pairwise)
-- gives: holder_id, event_id, kind, business_key, correction_no, corrects_event_id, occurred_at, ended_at, data,
--        undone_by (a list of the events that undid it)
-- locks: nothing
select
    e.holder_id, e.event_id, e.kind, e.business_key, e.correction_no, e.corrects_event_id, e.occurred_at, e.ended_at,
    e.data, array(
        select c.by_event_id from corrections c
        where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.by_event_id is not null
    ) as undone_by
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]))
    as r (slice, holder_id, event_id)
join events e on (e.slice, e.holder_id, e.event_id) = (r.slice, r.holder_id, r.event_id)
