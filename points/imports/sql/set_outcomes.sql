-- Remember what became of these rows; the first outcome stays.
-- binds: import_id uuid, rows jsonb: [{row_no, outcome, event_id, findings}]
-- gives: nothing
-- locks: the rows, until the transaction ends
update import_rows i
set outcome = r.outcome, event_id = r.event_id, findings = i.findings || r.findings
from jsonb_to_recordset(cast(:rows as jsonb)) as r (row_no integer, outcome text, event_id uuid, findings jsonb)
where i.import_id = :import_id and i.row_no = r.row_no and i.outcome is null
