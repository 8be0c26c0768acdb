DROP TABLE envelope_amounts;
DROP TABLE envelope_versions;
DROP TABLE envelopes;
