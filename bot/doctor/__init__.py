"""What stands between this machine and a call, looked for before somebody calls.

Each check says what it found as :class:`~bot.doctor.findings.Finding` values; `examine` runs them
in order. Nothing here decides how a finding is shown: that is `bot.terminal.findings`.
"""
