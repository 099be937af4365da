"""A landscape for each article, drawn from its number: a page without a picture does not look like news."""

_WIDTH, _HEIGHT = 720, 420


def picture(number: int) -> str:
    """Return an SVG image; the same number always gives the same one."""
    hue = number % 360
    sun = 120 + number % 480
    peaks = [(number >> shift) % 150 + 150 for shift in (2, 4, 6, 8, 10)]
    ridge = " ".join(f"L{index * 180} {height}" for index, height in enumerate(peaks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="xMidYMid slice">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="hsl({hue} 45% 78%)"/>'
        f'<circle cx="{sun}" cy="130" r="46" fill="hsl({(hue + 60) % 360} 80% 88%)"/>'
        f'<path d="M0 {_HEIGHT} {ridge} L{_WIDTH} {_HEIGHT}Z" fill="hsl({hue} 32% 46%)"/>'
        f'<path d="M0 {_HEIGHT} L0 330 Q220 {250 + number % 60} 430 340 T{_WIDTH} 310 L{_WIDTH} {_HEIGHT}Z" '
        f'fill="hsl({(hue + 20) % 360} 38% 30%)"/></svg>'
    )
