-- Sum what each contra moved on days that are over, each day once; days that another worker has taken are left out.
-- binds: first date, last date (inclusive), start timestamptz, stop timestamptz (the same span, as instants),
--        now timestamptz
-- gives: days_count, how many days were summed here
-- locks: the new rows of contra_days_summed; a second worker waits for the first, then finds the days taken
with taken as (
    insert into contra_days_summed (day, summed_at)
    select cast(s.day as date), :now
    from generate_series(cast(:first as date), cast(:last as date), interval '1 day') as s (day)
    on conflict do nothing
    returning day
),
summed as (
    insert into contra_days (day, point_kind, contra, amount, postings_count)
    select
        cast(p.recorded_at at time zone 'Asia/Shanghai' as date), p.point_kind, p.contra, sum(p.amount), count(*)
    from postings p
    where
        p.recorded_at >= :start and p.recorded_at < :stop
        and cast(p.recorded_at at time zone 'Asia/Shanghai' as date) in (select t.day from taken t)
    group by 1, 2, 3
)
select count(*) as days_count from taken
