"""Numbers over many calls: from files of reports to quantiles, rates, talk time and costs.

`files` finds the files, `reading` decodes them to the few fields that count (`record`), `call`
makes numbers of one call, `tally` adds calls up, `collect` does so for all files, `figures` names
every result, and `table` shows them.
"""
