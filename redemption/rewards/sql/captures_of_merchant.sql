-- Vouchers captured at one merchant in a span, newest first.
-- binds: merchant_id uuid, since timestamptz, until timestamptz (half-open)
-- gives: ended_at, title, quantity, price, code
-- locks: nothing
select e.ended_at, o.title, r.quantity, r.price, v.code
from redemption_ends e
join redemptions r on (r.slice, r.holder_id, r.redemption_id) = (e.slice, e.holder_id, e.redemption_id)
join offers o on (o.offer_id, o.version) = (r.offer_id, r.offer_version)
join vouchers v on v.redemption_id = r.redemption_id
where e.merchant_id = :merchant_id and e.ending = 'captured' and e.ended_at >= :since and e.ended_at < :until
order by e.ended_at desc
