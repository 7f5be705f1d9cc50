"""The table of calls as somebody at the screen reads it."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page

HARMLESS = "() => [window.evil, document.querySelectorAll('img, iframe').length]"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Table:
    """The rows and what changes them.

    Attributes:
        rows: All rows on screen.
        shown: The line that says how many there are.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows: Locator = page.locator("#table tbody tr")
        self.shown: Locator = page.locator("#shown")

    async def column(self, name: str) -> list[str]:
        """What a column says, from the first row to the last."""
        cells = self.page.locator(f'#table td[data-column="{name}"]')
        return [" ".join(text.split()) for text in await cells.all_inner_texts()]

    async def jobs(self) -> list[str]:
        return await self.page.locator("#table .job").all_inner_texts()

    def head(self, name: str) -> Locator:
        return self.page.get_by_role("columnheader", name=name)

    async def sort_by(self, name: str) -> None:
        await self.head(name).get_by_role("button").click()

    async def figures(self) -> dict[str, str]:
        """The numbers at the head of the page."""
        names = await self.page.locator("#counts dt").all_inner_texts()
        values = await self.page.locator("#counts dd").all_inner_texts()
        return dict(zip(names, values, strict=True))


async def issues_of(page: Page) -> list[tuple[str, str, str]]:
    """What axe-core finds."""
    found = await Axe().run(page)
    return [
        (issue["id"], issue["impact"], issue["nodes"][0]["html"])
        for issue in found.response["violations"]
    ]
