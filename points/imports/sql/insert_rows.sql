-- Keep the rows of a preview.
-- binds: import_id uuid, rows jsonb (an array of objects named like the columns)
-- gives: nothing
-- locks: nothing that others wait for; the rows are new
insert into import_rows (
    import_id, row_no, cells, holder_id, starts_at, ends_at, minutes, stretch, verdict, findings
)
select :import_id, r.row_no, r.cells, r.holder_id, r.starts_at, r.ends_at, r.minutes, r.stretch, r.verdict, r.findings
from jsonb_to_recordset(cast(:rows as jsonb)) as r (
    row_no integer, cells jsonb, holder_id uuid, starts_at timestamptz, ends_at timestamptz,
    minutes integer, stretch integer, verdict text, findings jsonb
)
