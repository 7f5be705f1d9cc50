"""A tool that counts how often it was used."""

used: list[str] = []


async def order_tea(cup: str) -> str:
    """Order a cup of tea.

    Args:
        cup: Which one.
    """
    used.append(cup)
    return f"A {cup} cup of tea is on its way."
