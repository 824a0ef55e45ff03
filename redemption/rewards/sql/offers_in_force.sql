-- The version of each offer that stands at an instant, its shop, and how many are left.
-- binds: now timestamptz, offer_id uuid (null: all offers)
-- gives: the offer's columns, merchant_code, merchant_title, place, remaining
-- locks: nothing
select distinct on (o.offer_id)
    o.offer_id, o.version, o.merchant_id, o.title, o.point_kind, o.price, o.limit_per_holder, o.keep_minutes,
    o.opens_at, o.closes_at, m.code as merchant_code, m.title as merchant_title, m.place, s.remaining
from offers o
join merchants m using (merchant_id)
join stocks s using (offer_id)
where o.published_at <= :now and (cast(:offer_id as uuid) is null or o.offer_id = :offer_id)
order by o.offer_id, o.version desc
