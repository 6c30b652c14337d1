from spans(comparison := 'same_days_prev_month')
