-- What each contra moved up to an instant, from summed days and the postings since; and what all holders had then.
-- binds: summed_to date (days up to it are read from their sums), tail_from timestamptz (the instant after them),
--        until timestamptz (inclusive)
-- gives: side ('contra' or 'holders'), point_kind, contra (null for holders), amount (as the holders see it),
--        postings_count
-- locks: nothing
with tail as (
    select p.point_kind, p.contra, sum(p.amount) as amount, count(*) as postings_count
    from postings p
    where p.recorded_at >= :tail_from and p.recorded_at <= :until
    group by p.point_kind, p.contra
),
later as (
    select p.point_kind, sum(p.amount) as amount, count(*) as postings_count
    from postings p
    where p.recorded_at > :until
    group by p.point_kind
)
select
    'contra' as side, s.point_kind, s.contra, sum(s.amount)::bigint as amount,
    sum(s.postings_count)::bigint as postings_count
from (
    select d.point_kind, d.contra, d.amount, d.postings_count from contra_days d where d.day <= :summed_to
    union all
    select t.point_kind, t.contra, t.amount, t.postings_count from tail t
) s
group by s.point_kind, s.contra
union all
select
    'holders', a.point_kind, null, (a.posted - coalesce(l.amount, 0))::bigint,
    (a.postings_count - coalesce(l.postings_count, 0))::bigint
from (
    select x.point_kind, sum(x.posted) as posted, sum(x.seq) as postings_count from accounts x group by x.point_kind
) a
left join later l on l.point_kind = a.point_kind
order by 1, 2, 3
