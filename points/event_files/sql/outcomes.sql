-- What became of each row of a file, in the order of the file.
-- binds: file_id uuid
-- gives: row_no, outcome (recorded | repeat | refused)
-- locks: nothing; read as a stream
select r.row_no, 'recorded' as outcome
from event_file_batches b cross join unnest(b.recorded_rows) as r (row_no) where b.file_id = :file_id
union all
select r.row_no, 'repeat' from event_file_batches b cross join unnest(b.repeat_rows) as r (row_no) where b.file_id = :file_id
union all
select row_no, 'refused' from event_file_refusals where file_id = :file_id
order by row_no
