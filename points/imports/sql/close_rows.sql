-- Give every row that was not to be imported its outcome: what stood already is a repeat, the rest is skipped.
-- binds: import_id uuid
-- gives: nothing
-- locks: the rows, until the transaction ends
update import_rows
set outcome = case verdict when 'same' then 'repeat' else 'skipped' end
where import_id = :import_id and outcome is null and verdict <> 'new'
