-- The stored events of some kinds, one holder after the other, in the order in which they were recorded.
-- An event that was corrected is left out; its correction stands in its place.
-- binds: kinds text[], known_at timestamptz, until timestamptz (exclusive, by when it happened)
-- gives: holder_id, unit_id (home, or null), kind, occurred_at, ended_at, evidence, data
-- locks: nothing; read through a cursor, so that memory stays flat.
select e.holder_id, h.unit_id, e.kind, e.occurred_at, e.ended_at, e.evidence, e.data
from events e
join holders h on (h.slice, h.holder_id) = (e.slice, e.holder_id)
where e.kind = any(cast(:kinds as text[]))
  and e.recorded_at <= :known_at
  and e.occurred_at < :until
  and not exists (
      select from events c
      where (c.slice, c.holder_id) = (e.slice, e.holder_id)
        and c.corrects_event_id = e.event_id and c.recorded_at <= :known_at
  )
order by e.slice, e.holder_id, e.recorded_at, e.event_id
