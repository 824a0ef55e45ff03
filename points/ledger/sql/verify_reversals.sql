-- Reversals that do not undo what they name. For each point kind and contra of a corrected transaction, what was spent
-- comes back in full; what was given is taken, or owed, except what had lapsed of its own lot by then and what a cap on
-- debts forgives. So: given - lapsed <= taken + owed <= given, where the debt had not reached such a cap.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, transaction_id (the corrected one), expected, found
-- locks: nothing
with own as (
    select
        c.slice, c.holder_id, c.corrected_transaction_id as undone_id, count(*) as times,
        min(c.transaction_id::text) as by_id, min(c.recorded_at) as recorded_at
    from corrections c
    where
        c.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or c.holder_id = cast(:holder_id as uuid))
    group by c.slice, c.holder_id, c.corrected_transaction_id
),
lines as (
    select
        p.slice, p.holder_id, c.undone_id, c.recorded_at, p.contra, p.amount, p.point_kind like 'debt:%' as owed,
        replace(p.point_kind, 'debt:', '') as point_kind,
        case when p.amount > 0 then (
            select -sum(u.amount) from lot_uses u
            join postings x
                on (x.slice, x.holder_id, x.point_kind, x.seq) = (u.slice, u.holder_id, u.point_kind, u.posting_seq)
            where
                (u.slice, u.holder_id, u.point_kind, u.lot_seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
                and x.contra = 'expiry' and x.recorded_at <= c.recorded_at
        ) end as lapsed
    from own c
    cross join lateral (
        -- A correction gives again in the transaction that took: only what it gave can be undone.
        select q.* from postings q
        where
            (q.slice, q.holder_id, q.transaction_id) = (c.slice, c.holder_id, c.undone_id)
            and q.reason not like 'reversal:%'
        offset 0 -- one holder's postings for each, never everybody's
    ) p
),
given as (
    select
        l.slice, l.holder_id, l.undone_id, l.point_kind, l.contra, min(l.recorded_at) as recorded_at,
        coalesce(sum(l.lapsed), 0) as lapsed,
        coalesce(sum(l.amount) filter (where l.amount > 0 and not l.owed), 0) as given,
        coalesce(sum(case when l.owed then l.amount when l.amount < 0 then -l.amount end), 0) as due_back
    from lines l
    group by l.slice, l.holder_id, l.undone_id, l.point_kind, l.contra
),
undoing as (
    select
        p.slice, p.holder_id, substr(p.reason, 10) as undone_id, replace(p.point_kind, 'debt:', '') as point_kind,
        p.contra, min(p.transaction_id::text) as by_id, max(p.transaction_id::text) as last_id,
        sum(case when p.point_kind like 'debt:%' then p.amount else -p.amount end) as undone
    from postings p
    where
        p.reason like 'reversal:%'
        and p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    group by p.slice, p.holder_id, p.reason, replace(p.point_kind, 'debt:', ''), p.contra
),
covered as (
    select
        g.*, coalesce(u.undone, 0) + g.due_back as covered,
        k.debt_cap is not null and g.given > 0 and k.debt_cap <= (
            select max(d.balance_after) from postings d
            where
                (d.slice, d.holder_id, d.point_kind) = (g.slice, g.holder_id, 'debt:' || g.point_kind)
                and (d.recorded_at = g.recorded_at or d.seq = (
                    select max(b.seq) from postings b
                    where
                        (b.slice, b.holder_id, b.point_kind) = (g.slice, g.holder_id, 'debt:' || g.point_kind)
                        and b.recorded_at < g.recorded_at
                ))
        ) as capped
    from given g
    left join undoing u
        on (u.slice, u.holder_id, u.undone_id, u.point_kind, u.contra)
        = (g.slice, g.holder_id, g.undone_id::text, g.point_kind, g.contra)
    left join point_kinds k on k.code = g.point_kind
)
select
    'UNDONE_OTHERWISE' as code, c.holder_id, c.undone_id::text as transaction_id,
    (c.given - c.lapsed)::text as expected, c.covered::text as found
from covered c
where c.covered > c.given or (c.covered < c.given - c.lapsed and c.capped is not true)
union all
select 'UNDONE_TWICE', c.holder_id, c.undone_id::text, '1', c.times::text from own c where c.times > 1
union all
select 'REVERSAL_UNNAMED', u.holder_id, u.undone_id, coalesce(c.by_id, '-'), u.last_id
from undoing u
left join own c on (c.slice, c.holder_id, c.undone_id::text) = (u.slice, u.holder_id, u.undone_id)
where (u.by_id, u.last_id) is distinct from (c.by_id, c.by_id)
