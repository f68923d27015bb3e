# To-do list application
#
# Requirements: none yet.

"""And a docstring that nobody reads."""
