-- Nothing was made, so nothing is undone.
SELECT 1;
