select * from ledger(interval '1440 hours', 'j_shaped')
