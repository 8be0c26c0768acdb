-- Nothing here: SQLite knows neither roles nor policies. Its file is opened by one process, whose statements each name their
-- jurisdiction; the second wall, which holds where a statement forgets to, stands on PostgreSQL only.
SELECT 1;
