-- What a hold took from which lots, and what these lots still hold beside it, in the order it took them.
-- binds: slice smallint, holder_id uuid, hold_id uuid
-- gives: point_kind, lot_seq, amount (net, negative: taken), remaining
-- locks: nothing; the caller has claimed the holder
select u.point_kind, u.lot_seq, sum(u.amount)::bigint as amount, l.remaining
from lot_uses u
join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (u.slice, u.holder_id, u.point_kind, u.lot_seq)
where u.slice = :slice and u.holder_id = :holder_id and u.hold_id = :hold_id
group by u.point_kind, u.lot_seq, l.remaining
having sum(u.amount) <> 0
order by min(u.use_no)
