-- Refused scans that one device uploaded, counted by reason (E12).
-- binds: device_id uuid
-- gives: reason, refused_count, last_at
-- locks: nothing
select reason, count(*) as refused_count, max(at) as last_at
from refused_scans
where device_id = :device_id
group by reason
order by refused_count desc, reason
