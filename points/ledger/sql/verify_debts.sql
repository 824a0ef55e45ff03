-- Debts paid on one side only: what a payment takes from the points, it takes from what is owed.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, transaction_id, expected, found
-- locks: nothing
select
    'DEBT_ONE_SIDED' as code, p.holder_id, p.transaction_id,
    coalesce(sum(p.amount) filter (where p.point_kind not like 'debt:%'), 0)::text as expected,
    coalesce(sum(p.amount) filter (where p.point_kind like 'debt:%'), 0)::text as found
from postings p
where
    p.contra = 'debt' and
    p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
group by p.slice, p.holder_id, p.transaction_id, regexp_replace(p.point_kind, '^debt:', '')
having sum(case when p.point_kind like 'debt:%' then -p.amount else p.amount end) <> 0
