select * from ledger(interval '1440 hours', 'inverse_j_shaped')
