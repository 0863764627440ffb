-- People, their sessions, requests and their messages. Sequences and revisions are counters in the request's row: they are
-- incremented under that row's lock, in the change's own transaction, so that their order is the order of commits.

create function utf16_length(text) returns integer language sql immutable as $$
  -- JavaScript counts a code point above U+FFFF as two units; content is limited in those units everywhere.
  select char_length($1) + char_length(regexp_replace($1, '[^\U00010000-\U0010FFFF]', '', 'g'))
$$;

create table users (
  id uuid primary key default gen_random_uuid(),
  username text not null unique check (username <> ''),
  full_name text,
  is_technician boolean not null default false,
  created_at timestamptz not null default now()
);

create table sessions (
  token_hash text primary key,
  user_id uuid not null references users(id),
  expires_at timestamptz not null
);

create table requests (
  id uuid primary key default gen_random_uuid(),
  external_id text unique,
  subject text not null check (subject <> ''),
  -- 1 open, 2 pending, 3 solved, 4 closed
  status_id integer not null default 1 check (status_id between 1 and 4),
  priority text,
  requester_id uuid not null references users(id),
  technician_id uuid references users(id),
  head_sequence integer not null default 0,
  revision integer not null default 0,
  -- Changes up to this revision can no longer be told: older cursors get 410.
  forgotten_revision integer not null default 0,
  last_message_at timestamptz,
  last_message_preview text,
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  changed_xid xid8 not null default pg_current_xact_id()
);
create index requests_by_changed on requests (changed_xid);
create index requests_by_requester on requests (requester_id);

create table messages (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references requests(id),
  sequence_number integer not null check (sequence_number > 0),
  sender_id uuid not null references users(id),
  content text not null check (utf16_length(content) between 1 and 10000),
  is_internal boolean not null default false,
  is_screenshot boolean not null default false,
  screenshot_file_name text,
  file_name text,
  file_size integer,
  file_mime_type text,
  client_temp_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  revision integer not null,
  unique (request_id, sequence_number),
  unique (sender_id, client_temp_id)
);
create index messages_by_revision on messages (request_id, revision);

create table deletions (
  request_id uuid not null references requests(id),
  sequence_number integer not null,
  message_id uuid not null,
  is_internal boolean not null,
  revision integer not null,
  primary key (request_id, sequence_number)
);
create index deletions_by_revision on deletions (request_id, revision);

create table reads (
  user_id uuid not null references users(id),
  request_id uuid not null references requests(id),
  last_read_sequence integer not null default 0,
  changed_xid xid8 not null default pg_current_xact_id(),
  primary key (user_id, request_id)
);
create index reads_by_changed on reads (user_id, changed_xid);

-- When a user's view of a request changed as a whole: his cursors from before are of no use.
create table access_changes (
  user_id uuid not null references users(id),
  request_id uuid not null references requests(id),
  revision integer not null,
  changed_xid xid8 not null default pg_current_xact_id(),
  primary key (user_id, request_id)
);

create table media (
  request_id uuid not null references requests(id),
  filename text not null,
  bytes bytea not null,
  size integer not null,
  mime_type text not null,
  digest text not null,
  created_at timestamptz not null default now(),
  primary key (request_id, filename)
);
