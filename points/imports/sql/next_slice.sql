-- The next rows of an import that are good and have no outcome yet: where a commit goes on after a crash.
-- binds: import_id uuid, most integer
-- gives: every column of those rows, in the order of the file
-- locks: nothing; a rival commit of the same import only makes repeats
select row_no, cells, holder_id, starts_at, ends_at, minutes, stretch, verdict, findings, outcome, event_id
from import_rows
where import_id = :import_id and outcome is null and verdict = 'new'
order by row_no
limit :most
