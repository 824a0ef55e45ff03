-- Debts paid on one side only: what a payment takes from the points, it takes from what is owed.
-- binds: from_slice smallint, from_holder uuid, to_slice smallint, to_holder uuid (inclusive)
-- gives: code, holder_id, transaction_id, expected, found
-- locks: nothing
select
    'DEBT_ONE_SIDED' as code, p.holder_id, p.transaction_id,
    coalesce(sum(p.amount) filter (where p.point_kind not like 'debt:%'), 0)::text as expected,
    coalesce(sum(p.amount) filter (where p.point_kind like 'debt:%'), 0)::text as found
from postings p
where
    p.contra = 'debt' and
    (p.slice, p.holder_id) >= (cast(:from_slice as smallint), cast(:from_holder as uuid))
    and (p.slice, p.holder_id) <= (cast(:to_slice as smallint), cast(:to_holder as uuid))
group by p.slice, p.holder_id, p.transaction_id, regexp_replace(p.point_kind, '^debt:', '')
having sum(case when p.point_kind like 'debt:%' then -p.amount else p.amount end) <> 0
