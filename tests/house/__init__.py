"""The rules of the house: which way imports run, what no file may hold, what the tools promise."""
