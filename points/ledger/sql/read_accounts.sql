-- All accounts of these holders, with what their point kinds say about grace and debt.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: the columns of points.ledger.model.Account, in its order
-- locks: nothing; whoever decides by these must claim the holders
select
    a.holder_id, a.point_kind, a.posted, a.held, a.floor, a.seq, a.suspended_at, a.inactive_expires_on,
    a.expires_next_at, a.lots_from, k.grace_days, k.debt_cap
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as r (slice, holder_id)
join accounts a on (a.slice, a.holder_id) = (r.slice, r.holder_id) /* slices: a */
join point_kinds k on k.code = a.point_kind
