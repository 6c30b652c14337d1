from sales(lookback := interval '3 days')
