"""The only part of the program that speaks SQL: the store and the drafts beside it."""
