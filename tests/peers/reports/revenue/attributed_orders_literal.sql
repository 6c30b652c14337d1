from ledger(literal := true)
