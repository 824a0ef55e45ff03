-- Days whose stored trial balance is not what their postings add up to; and what left one holder and reached no other.
-- binds: none
-- gives: code, day (null for a transfer), point_kind, contra, expected, found
-- locks: nothing
with days as (
    select
        cast(p.recorded_at at time zone 'Asia/Shanghai' as date) as day, p.point_kind, p.contra,
        sum(p.amount) as amount, count(*) as postings_count
    from postings p
    where p.recorded_at < (
        select cast(max(s.day) + 1 as timestamp) at time zone 'Asia/Shanghai' from contra_days_summed s
    )
    group by 1, 2, 3
)
select
    'CONTRA_DAY' as code, day::text, point_kind, contra,
    concat(coalesce(d.amount, 0), '/', coalesce(d.postings_count, 0)) as expected,
    concat(coalesce(c.amount, 0), '/', coalesce(c.postings_count, 0)) as found
from (select d.* from days d join contra_days_summed s on s.day = d.day) d
full join contra_days c using (day, point_kind, contra)
where (c.amount, c.postings_count) is distinct from (d.amount, d.postings_count)
union all
select 'CLEARING_OPEN', null, p.point_kind, p.transaction_id::text, '0', sum(p.amount)::text
from postings p
where p.contra = 'clearing'
group by p.transaction_id, p.point_kind
having sum(p.amount) <> 0
