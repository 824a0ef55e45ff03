-- Refused scans of one activity, counted by reason and way (E12).
-- binds: activity_id uuid
-- gives: reason, way, refused_count, last_at; the most frequent first
-- locks: nothing
select reason, way, count(*) as refused_count, max(at) as last_at
from refused_scans
where activity_id = :activity_id
group by reason, way
order by refused_count desc, reason, way
