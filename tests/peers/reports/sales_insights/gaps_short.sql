from chat_results(gap := interval '10 minutes', web_gap := interval '1 minute')
