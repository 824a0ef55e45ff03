-- Rule packs and how they come to be: drafts, what-if figures, published versions. All three are only ever added to.
-- A programme's first version may stand without an approval (the installation brings it); every later one names its own.
-- Locks nothing: all tables are new.

create table rule_packs (
    pack_sha256 bytea primary key check (length(pack_sha256) = 32),
    programme text not null,
    version text not null,
    status text not null check (status = 'live'),
    text text not null,
    effective_from date not null,
    sunset_on date,
    published_at timestamptz not null,
    published_by uuid,
    approval_id uuid references approvals,
    constraint rule_packs_version unique (programme, version),
    constraint rule_packs_sunset check (sunset_on is null or sunset_on > effective_from)
);
create unique index rule_packs_first on rule_packs (programme) where approval_id is null;
create unique index rule_packs_one_per_approval on rule_packs (approval_id) where approval_id is not null;

create table drafts (
    draft_id uuid primary key,
    programme text not null,
    base_sha256 bytea not null references rule_packs,
    draft_sha256 bytea not null check (length(draft_sha256) = 32),
    text text not null,
    parameter text not null,
    author_id uuid not null,
    reason text not null check (reason <> ''),
    basis text not null check (basis <> ''),
    created_at timestamptz not null,
    supersedes_draft_id uuid references drafts
);
create index drafts_by_programme on drafts (programme, created_at);
create unique index drafts_superseded_once on drafts (supersedes_draft_id) where supersedes_draft_id is not null;

create table whatif_runs (
    whatif_id uuid primary key,
    draft_id uuid not null references drafts,
    base_sha256 bytea not null,
    draft_sha256 bytea not null,
    since timestamptz not null,
    until timestamptz not null,
    engine_version text not null,
    figures text not null,
    figures_sha256 bytea not null check (length(figures_sha256) = 32),
    run_by uuid,
    run_at timestamptz not null,
    constraint whatif_runs_span check (since < until)
);
create index whatif_runs_by_draft on whatif_runs (draft_id, run_at);

-- What a programme's accounts count. A published pack brings its own; the ledger only refers to them.
create table point_kinds (
    code text primary key,
    programme text,
    family text not null check (family in ('spendable', 'merit', 'hours', 'debt')),
    scale smallint not null default 0 check (scale between 0 and 6),
    transferable boolean not null default false,
    title jsonb not null
);
