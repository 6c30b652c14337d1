from chat_results(intent_events := 'begin_checkout')
