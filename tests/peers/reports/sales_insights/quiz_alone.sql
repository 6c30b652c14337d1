from quizzes(visit_gap := interval '20 seconds', gap := interval '2 seconds', web_gap := interval '2 seconds')
