select * exclude (matures_at) from eligible(lookback := interval '3 days', closers := 'any', channel_basis := 'conversation')
