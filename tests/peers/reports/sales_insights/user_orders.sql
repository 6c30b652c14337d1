from buyers()
