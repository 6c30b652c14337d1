from chat_results()
