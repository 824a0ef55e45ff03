-- The stored events of some kinds, one holder after the other, in the order in which they were recorded.
-- An event that was corrected or reversed is left out; a correction stands in its place.
-- binds: kinds text[], holder_kind text (whom the rules pay), known_at timestamptz, until timestamptz (exclusive, by when it happened)
-- gives: holder_id, together (the register that goes on, where several count as one, or null), unit_id (home, or null), kind,
--        occurred_at, ended_at, evidence, data, recorded_at, event_id
-- locks: nothing; read through a cursor, so that memory stays flat.
select
    e.holder_id, coalesce(a.alias_of, g.alias_of) as together, h.unit_id, e.kind, e.occurred_at, e.ended_at, e.evidence,
    e.data, e.recorded_at, e.event_id
from events e
join holders h on (h.slice, h.holder_id) = (e.slice, e.holder_id)
left join holder_aliases a on (a.slice, a.holder_id) = (e.slice, e.holder_id) and a.ended_at is null
left join (select distinct alias_of from holder_aliases where ended_at is null) g on g.alias_of = e.holder_id
where
    e.kind = any(cast(:kinds as text[])) and h.kind = :holder_kind
    and e.recorded_at <= :known_at
    and e.occurred_at < :until
    and not exists (
        select from corrections c
        where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id) and c.recorded_at <= :known_at
    )
order by e.slice, e.holder_id, e.recorded_at, e.event_id
