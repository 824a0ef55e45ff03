-- Vouchers past their date that have no end yet, oldest first: read from the holds that are still open, never the past.
-- binds: now timestamptz, most int, but text[] (codes to leave out)
-- gives: code
-- locks: nothing; whoever ends one claims its holder and looks again
select v.code
from dues d
join redemptions r on (r.slice, r.holder_id, r.hold_id) = (d.slice, d.holder_id, d.due_id)
join vouchers v on v.redemption_id = r.redemption_id
where d.what = 'hold' and d.due_at <= :now and v.code <> all(cast(:but as text[]))
order by d.due_at
limit :most
