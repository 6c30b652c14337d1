from ledger(
    lookback := interval '3 days',
    effective_from := timestamptz '2026-10-01 04:00:00Z'
)
