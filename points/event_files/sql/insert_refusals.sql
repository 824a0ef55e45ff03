-- Keep rows that were refused, with everything that is wrong with each.
-- binds: file_id uuid, rows jsonb (an array of {row_no, cells, findings})
-- gives: nothing
-- locks: the new rows
insert into event_file_refusals (file_id, row_no, cells, findings)
select :file_id, r.row_no, r.cells, r.findings
from jsonb_to_recordset(cast(:rows as jsonb)) as r (row_no integer, cells jsonb, findings jsonb)
