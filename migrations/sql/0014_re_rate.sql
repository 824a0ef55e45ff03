-- A re-rate decides past events again under the rules as they are now in force, and posts only the differences. What was
-- decided stands in `redecisions` (0006); here is which re-rate is going on and which pieces of it are done, so that one
-- that was cut off goes on where it stopped, and none is carried out twice.
-- Locks nothing: both tables are new.

create table re_rates (
    re_rate_id uuid primary key references approvals (approval_id),
    programme text not null,
    from_on date not null,
    to_on date not null,
    firsts smallint[] not null,
    begun_at timestamptz not null,
    constraint re_rates_span check (from_on < to_on)
);

create table re_rate_pieces (
    re_rate_id uuid not null references re_rates,
    piece integer not null check (piece >= 0),
    events_count integer not null,
    figures jsonb not null,
    done_at timestamptz not null,
    constraint re_rate_pieces_pkey primary key (re_rate_id, piece)
);
