-- The redemption behind a voucher code, with its terms, its shop and its end if it came.
-- binds: code text
-- gives: the columns of redemption.rewards.redemptions.Redemption
-- locks: nothing
select
    r.redemption_id, r.holder_id, r.offer_id, r.offer_version, r.hold_id, v.code, o.title, r.quantity, r.price,
    o.point_kind, m.merchant_id, m.code as merchant_code, m.title as merchant_title, m.place,
    r.redeemed_at, r.expires_at, e.ending, e.ended_at, e.ended_by, e.key
from vouchers v
join redemptions r on (r.slice, r.holder_id, r.redemption_id) = (slice_of(v.holder_id), v.holder_id, v.redemption_id)
join offers o on (o.offer_id, o.version) = (r.offer_id, r.offer_version)
join merchants m on m.merchant_id = o.merchant_id
left join redemption_ends e on (e.slice, e.holder_id, e.redemption_id) = (r.slice, r.holder_id, r.redemption_id)
where v.code = :code
