from ledger(closers := 'any', channel_basis := 'conversation')
