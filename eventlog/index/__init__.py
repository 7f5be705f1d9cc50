"""Many calls as a table: which of them is worth a look, and how things went over time.

A figure over ten thousand calls tells that something is slow, and not where. The table has a row
a call with the figures of `eventlog.stats`, sorts and filters them, draws them over time, and each
row leads to the timeline of its call. `collect` reads a tree once, `watched` a folder that grows.
"""
