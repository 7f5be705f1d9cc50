"""The report as typed structs of its own, and the JSON Schema that is generated from them.

`shared` has what all lines write, `livekit_newer` what LiveKit's newer line adds, `reports` the
report of each line, and `generate` makes `report.schema.json`, which is shipped beside it.
"""
