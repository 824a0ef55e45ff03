-- The stored events of some kinds, one holder after the other, in the order in which they were recorded.
-- An event that was corrected or reversed is left out; a correction stands in its place.
-- binds: kinds text[], holder_kind text (whom the rules pay), known_at timestamptz, until timestamptz (exclusive, by when it happened)
-- gives: holder_id, unit_id (home, or null), kind, occurred_at, ended_at, evidence, data
-- locks: nothing; read through a cursor, so that memory stays flat.
select e.holder_id, h.unit_id, e.kind, e.occurred_at, e.ended_at, e.evidence, e.data
from events e
join holders h on (h.slice, h.holder_id) = (e.slice, e.holder_id)
where e.kind = any(cast(:kinds as text[])) and h.kind = :holder_kind
  and e.recorded_at <= :known_at
  and e.occurred_at < :until
  and not exists (
      select from corrections c
      where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.recorded_at <= :known_at
  )
order by e.slice, e.holder_id, e.recorded_at, e.event_id
