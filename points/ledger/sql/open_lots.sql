-- The lots of one point kind of one holder that still hold something, in the order they are spent.
-- binds: slice smallint, holder_id uuid, point_kind text
-- gives: point_kind, seq, remaining, expires_at (null: never; spent last)
-- locks: nothing; the caller has claimed the holder
select p.point_kind, p.seq, coalesce(l.remaining, p.amount) as remaining, p.lot_expires_at as expires_at
from postings p
left join lots l using (slice, holder_id, point_kind, seq)
where
    p.slice = :slice and p.holder_id = :holder_id and p.point_kind = :point_kind and p.amount > 0
    and coalesce(l.remaining, p.amount) > 0
order by p.lot_expires_at nulls last, p.seq
