-- A message that was sent and deleted must not come back when its author repeats the attempt.
alter table deletions add column sender_id uuid references users(id);
alter table deletions add column client_temp_id uuid;
create index deletions_by_temp_id on deletions (sender_id, client_temp_id) where client_temp_id is not null;

create index sessions_by_expiry on sessions (expires_at);
create index access_changes_by_changed on access_changes (user_id, changed_xid);
