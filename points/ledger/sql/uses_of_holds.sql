-- Holds with how each ended, if it did, and what it still has from which lots, in the order it took them.
-- binds: slices smallint[], holder_ids uuid[], hold_ids uuid[] (pairwise)
-- gives: the columns of points.ledger.model.Hold in its order, ending, ended_at, lot_seq, taken, remaining,
--        lot_expires_at, grace_days, extended
-- locks: nothing; the caller has claimed the holders
select
    h.holder_id, h.hold_id, h.point_kind, h.amount, h.purpose, h.held_at, h.expires_at, e.ending, e.ended_at,
    u.lot_seq, u.taken, l.remaining, coalesce(l.extended_to, p.lot_expires_at) as lot_expires_at, l.grace_days,
    l.extended_to is not null as extended
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:hold_ids as uuid[]))
    as r (slice, holder_id, hold_id)
join holds h on (h.slice, h.holder_id, h.hold_id) = (r.slice, r.holder_id, r.hold_id) /* slices: h */
left join hold_ends e on (e.slice, e.holder_id, e.hold_id) = (h.slice, h.holder_id, h.hold_id)
left join lateral (
    select v.lot_seq, -sum(v.amount)::bigint as taken, min(v.use_no) as first_no
    from lot_uses v
    where (v.slice, v.holder_id, v.hold_id) = (h.slice, h.holder_id, h.hold_id)
    group by v.lot_seq
    having sum(v.amount) <> 0
) u on true
left join postings p on (p.slice, p.holder_id, p.point_kind, p.seq) = (h.slice, h.holder_id, h.point_kind, u.lot_seq)
left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (h.slice, h.holder_id, h.point_kind, u.lot_seq)
order by h.hold_id, u.first_no
