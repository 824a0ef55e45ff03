-- Open matters of one sort past their time: the longest due, told slice by slice; a voucher's hold is the voucher's to end.
-- binds: what text ('hold' or 'pending'), now timestamptz, most integer, but uuid[] (matters to leave out)
-- gives: holder_id, due_id
-- locks: nothing; ending one claims its holder first
select o.holder_id, o.due_id
from (
    select d.slice, d.holder_id, d.due_id
    from dues d
    where
        d.what = :what and d.due_at <= :now and d.due_id <> all(cast(:but as uuid[]))
        and not exists (
            select from holds h
            where (h.slice, h.holder_id, h.hold_id) = (d.slice, d.holder_id, d.due_id) and h.purpose = 'redemption'
        )
    order by d.due_at
    limit :most
) o
order by o.slice, o.holder_id, o.due_id
