from quizzes()
