-- Reading histories by time, what is carried forward of what is deleted, and reports that were ordered.

CREATE INDEX activities_time ON activities (wallet_id, block_time, slot) INCLUDE (kind, success);
