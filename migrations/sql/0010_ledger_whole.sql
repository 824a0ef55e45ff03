-- What the whole ledger needs beside its first tables. Each part says why it is there.
-- Locks accounts, lots, lot_uses, holds, corrections, pending while columns are added and filled from the rows that stand.

-- When each use was recorded, so that what remained of a lot can be told as it was known at any instant.
alter table lot_uses add column recorded_at timestamptz;
update lot_uses u set recorded_at = coalesce(
    (select p.recorded_at from postings p
     where (p.slice, p.holder_id, p.point_kind, p.seq) = (u.slice, u.holder_id, u.point_kind, u.posting_seq)),
    case
        when u.amount < 0 then (
            select h.held_at from holds h where (h.slice, h.holder_id, h.hold_id) = (u.slice, u.holder_id, u.hold_id))
        else (
            select e.ended_at from hold_ends e
            where (e.slice, e.holder_id, e.hold_id) = (u.slice, u.holder_id, u.hold_id))
    end
);
alter table lot_uses alter column recorded_at set not null;
create index lot_uses_by_lot on lot_uses (slice, holder_id, point_kind, lot_seq);

-- How many days a lot that comes back past its date may still be spent, copied onto it when first touched; and until when.
-- `grace` only ever held its default.
alter table lots drop column grace;
alter table lots add column grace_days smallint not null default 0 check (grace_days >= 0);
alter table lots add column extended_to timestamptz;

-- No lot of this account expires before this instant: whoever writes looks at lots only when it has come.
alter table accounts add column expires_next_at timestamptz;
update accounts a set expires_next_at = (
    select min(p.lot_expires_at) from postings p
    left join lots l using (slice, holder_id, point_kind, seq)
    where (p.slice, p.holder_id, p.point_kind) = (a.slice, a.holder_id, a.point_kind)
        and p.amount > 0 and p.lot_expires_at is not null
);
-- Every lot before this posting is empty and held by nobody: reading open lots begins here.
alter table accounts add column lots_from bigint not null default 1;
create index accounts_due on accounts (expires_next_at) where expires_next_at is not null;
drop index postings_due;

-- What comes back late has so many days of grace; beyond its cap a debt is forgiven. Every kind has a debt beside it.
alter table point_kinds add column grace_days smallint not null default 0 check (grace_days >= 0);
alter table point_kinds add column debt_cap bigint check (debt_cap >= 0);
insert into point_kinds (code, programme, family, scale, title)
select
    'debt:' || code, programme, 'debt', scale,
    jsonb_build_object('zh', '欠还:' || (title ->> 'zh'), 'en', 'Owed: ' || (title ->> 'en'))
from point_kinds where family <> 'debt';

-- What is still open and when it is due: holds and pending points. A row goes when its matter ends, so a sweep reads no past.
create table dues (
    slice smallint not null,
    holder_id uuid not null,
    due_id uuid not null,
    what text not null check (what in ('hold', 'pending')),
    due_at timestamptz not null,
    constraint dues_pkey primary key (slice, holder_id, due_id)
);
create index dues_at on dues (what, due_at);
insert into dues (slice, holder_id, due_id, what, due_at)
select h.slice, h.holder_id, h.hold_id, 'hold', h.expires_at
from holds h left join hold_ends e using (slice, holder_id, hold_id) where e.hold_id is null;
drop index holds_due;
-- Vouchers past their date are found through the open dues of their holds.
drop index redemptions_due;

-- Which event a correction undoes, by which event (a correction) or approval (a reversal), and when it was learnt.
alter table corrections add column recorded_at timestamptz not null;
alter table corrections add column event_id uuid;
alter table corrections add column by_event_id uuid;
alter table corrections add column approval_id uuid;
create index corrections_by_event on corrections (slice, holder_id, event_id);

alter table pending add column event_id uuid not null;
alter table pending add column recorded_at timestamptz not null;

alter table periods add column closed_by uuid;
alter table periods add column approval_id uuid;
alter table periods rename column "from" to from_on;
alter table periods rename column "to" to to_on;

-- The trial balance by day: what each contra moved, summed once the day is over. A BRIN index finds the days not yet summed.
create table contra_days (
    day date not null,
    point_kind text not null,
    contra text not null,
    amount bigint not null,
    postings_count bigint not null,
    constraint contra_days_pkey primary key (day, point_kind, contra)
);
create table contra_days_summed (day date primary key, summed_at timestamptz not null);
create index postings_by_recorded on postings using brin (recorded_at);

-- What each nightly look at the whole ledger found.
create table reconciliations (
    reconciliation_id uuid primary key,
    at timestamptz not null,
    postings_count bigint not null,
    events_count bigint not null,
    findings_count bigint not null,
    findings jsonb not null,
    milliseconds bigint not null
);
create index reconciliations_by_time on reconciliations (at);

-- Merged registers: found from the one that goes on; whose decision it was, and the transaction that carried the lots.
alter table holder_aliases add column approval_id uuid;
alter table holder_aliases add column transaction_id uuid;
create index holder_aliases_of on holder_aliases (alias_of);
