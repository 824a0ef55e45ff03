-- Vouchers past their date whose redemption has no end yet, oldest first.
-- binds: now timestamptz, most int, but text[] (codes to leave out)
-- gives: code
-- locks: nothing; whoever ends one claims its holder and looks again
select v.code
from redemptions r
join vouchers v on v.redemption_id = r.redemption_id
where r.expires_at <= :now and v.code <> all(cast(:but as text[])) and not exists (
    select from redemption_ends e
    where (e.slice, e.holder_id, e.redemption_id) = (r.slice, r.holder_id, r.redemption_id)
)
order by r.expires_at
limit :most
