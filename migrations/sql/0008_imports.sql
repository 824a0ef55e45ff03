-- Workbooks that came in: the file's hash, what was found in each row, and what became of it.
-- Rows keep numbers and times only: no name, and not the free note of the sheet.
-- Locks nothing: all tables are new.

create table import_files (
    import_id uuid primary key,
    kind text not null check (kind in ('hours')),
    shift_id uuid not null references shifts,
    activity_id uuid not null references activities,
    organisation_id uuid not null,
    shift_starts_at timestamptz not null,
    shift_ends_at timestamptz not null,
    filename text not null,
    file_sha256 bytea not null,
    author_id uuid not null,
    uploaded_at timestamptz not null,
    state text not null default 'previewed' check (state in ('previewed', 'waiting', 'imported')),
    approval_id uuid,
    imported_at timestamptz
);
create index import_files_by_shift on import_files (shift_id, uploaded_at);

create table import_rows (
    import_id uuid not null references import_files,
    row_no integer not null check (row_no > 0),
    cells jsonb not null,
    holder_id uuid,
    starts_at timestamptz,
    ends_at timestamptz,
    minutes integer,
    stretch integer,
    verdict text not null check (verdict in ('new', 'changed', 'same', 'error')),
    findings jsonb not null default '[]',
    outcome text check (outcome in ('recorded', 'repeat', 'refused', 'skipped')),
    event_id uuid,
    primary key (import_id, row_no),
    constraint import_rows_ready check (verdict <> 'new' or (holder_id is not null and stretch is not null and minutes > 0))
);
create index import_rows_waiting on import_rows (import_id, row_no) where outcome is null;
