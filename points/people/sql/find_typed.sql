-- Whose volunteer number, household number or organisation code this is.
-- binds: resident text, household text, code text
-- gives: holder_id; at most one row, since each kind of number is written in its own way
-- locks: nothing
select holder_id from resident_numbers where number = :resident
union all
select holder_id from household_numbers where number = :household
union all
select holder_id from organisation_codes where code = :code
limit 1
