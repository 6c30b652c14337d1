from user_classes()
