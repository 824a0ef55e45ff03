-- Spending: merchants, offers in immutable versions, stocks, redemptions with their ends, vouchers.
-- A redemption's state is never a column: it follows from its end, which comes once, or from the lack of one.
-- Locks nothing: all tables are new.

create table merchants (
    merchant_id uuid primary key,
    code text not null,
    title jsonb not null,
    place jsonb not null,
    registered_at timestamptz not null,
    constraint merchants_code unique (code),
    constraint merchants_code_form check (code ~ '^[a-z0-9][a-z0-9-]{1,39}$')
);

-- The highest version published by an instant is the offer at that instant; a price change is a new version.
create table offers (
    offer_id uuid not null,
    version integer not null check (version > 0),
    published_at timestamptz not null,
    published_by uuid,
    merchant_id uuid not null references merchants,
    title jsonb not null,
    point_kind text not null references point_kinds,
    price bigint not null check (price > 0),
    limit_per_holder integer check (limit_per_holder > 0),
    keep_minutes integer not null check (keep_minutes between 1 and 527040),
    opens_at timestamptz not null,
    closes_at timestamptz,
    constraint offers_pkey primary key (offer_id, version),
    constraint offers_open check (closes_at is null or closes_at > opens_at)
);

-- What is left, one row an offer, sliced by a hash of its own key; the last lock that a redemption takes.
create table stocks (
    offer_id uuid not null,
    remaining bigint not null,
    constraint stocks_pkey primary key (offer_id),
    constraint stocks_remaining check (remaining >= 0)
);

create table redemptions (
    slice smallint not null,
    holder_id uuid not null,
    redemption_id uuid not null,
    offer_id uuid not null,
    offer_version integer not null,
    hold_id uuid not null,
    quantity integer not null check (quantity > 0),
    price bigint not null check (price > 0),
    redeemed_at timestamptz not null,
    expires_at timestamptz not null,
    key text,
    constraint redemptions_pkey primary key (slice, holder_id, redemption_id),
    constraint redemptions_hold_once unique (slice, holder_id, hold_id),
    constraint redemptions_key_once unique (slice, holder_id, key),
    constraint redemptions_hold foreign key (slice, holder_id, hold_id) references holds,
    constraint redemptions_offer foreign key (offer_id, offer_version) references offers
);
create index redemptions_by_offer on redemptions (slice, holder_id, offer_id);
create index redemptions_due on redemptions (expires_at);

create table redemption_ends (
    slice smallint not null,
    holder_id uuid not null,
    redemption_id uuid not null,
    ending text not null check (ending in ('captured', 'released', 'expired')),
    ended_at timestamptz not null,
    ended_by uuid,
    merchant_id uuid,
    transaction_id uuid,
    key text,
    constraint redemption_ends_pkey primary key (slice, holder_id, redemption_id),
    constraint redemption_ends_redemption foreign key (slice, holder_id, redemption_id) references redemptions,
    constraint redemption_ends_captured check ((ending = 'captured') = (merchant_id is not null and transaction_id is not null))
);
create index redemption_ends_by_merchant on redemption_ends (merchant_id, ended_at) where ending = 'captured';

-- Unique over the whole city, sliced by a hash of its own key; names no person.
create table vouchers (
    code text not null,
    holder_id uuid not null,
    redemption_id uuid not null,
    merchant_id uuid not null references merchants,
    expires_at timestamptz not null,
    constraint vouchers_pkey primary key (code),
    constraint vouchers_code_form check (code ~ '^[0-9A-HJKMNP-TV-Z]{17}$')
);
create index vouchers_by_redemption on vouchers (redemption_id);
