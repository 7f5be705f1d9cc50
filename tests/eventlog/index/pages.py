"""What a written page of calls holds."""

import json
import re


def data_in(page):
    [text] = re.findall(r'<script id="data"[^>]*>(.*?)</script>', page.read_text(), re.DOTALL)
    data = json.loads(text)
    rows = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    return data | {"rows": rows}
