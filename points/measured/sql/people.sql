-- The next holders of a kind within some slices: a page of the whole population.
-- A register that was merged into another by then is not one of its own.
-- binds: kind text, first smallint, last smallint (slices, both included), after_slice smallint, after_id uuid,
--        known_at timestamptz, most integer
-- gives: slice, holder_id, unit_id (home, or null)
-- locks: nothing
select h.slice, h.holder_id, h.unit_id
from holders h
where
    h.slice between :first and :last and (h.slice, h.holder_id) > (:after_slice, :after_id) and h.kind = :kind
    and not exists (
        select from holder_aliases a
        where
            (a.slice, a.holder_id) = (h.slice, h.holder_id)
            and a.since <= :known_at and (a.ended_at is null or a.ended_at > :known_at)
    )
order by h.slice, h.holder_id
limit :most
