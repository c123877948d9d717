"""The plot of cost against size: an SVG with logarithmic axes, for light and dark pages."""

from __future__ import annotations

from math import ceil, floor, log10

from tools.benchmark.growth import Points

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 220, 20, 50
COLOURS = ("#4263eb", "#f08c00", "#2b8a3e", "#c2255c")


def draw(lines: dict[str, Points]) -> str:
    """Return the SVG: seconds, by the number of objects."""
    sizes = sorted({size for points in lines.values() for size in points})
    costs = [cost * 1e6 for points in lines.values() for cost in points.values()]
    low, high = floor(log10(min(costs))), ceil(log10(max(costs)))

    def x(size: float) -> float:
        share = (log10(size) - log10(sizes[0])) / (log10(sizes[-1]) - log10(sizes[0]))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(cost: float) -> float:
        return HEIGHT - BOTTOM - (log10(cost) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = []
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" class="grid"/>')
        parts.append(_text(LEFT - 8, at + 4, _time(10**power), "end"))
    parts += [_text(x(size), HEIGHT - BOTTOM + 20, f"{size:,}", "middle") for size in sizes]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 10, "objects in the attribute", "middle"))
    ends = sorted(lines, key=lambda name: -lines[name][sizes[-1]])
    for colour, (name, points) in zip(COLOURS, lines.items(), strict=True):
        places = [f"{x(size):.1f} {y(cost * 1e6):.1f}" for size, cost in sorted(points.items())]
        parts.append(
            f'<path d="M{"L".join(places)}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        label = TOP + 16 + 22 * ends.index(name)
        parts.append(f'<circle cx="{WIDTH - RIGHT + 18}" cy="{label - 4}" r="5" fill="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 30, label, name, "start"))
    style = "text{font:13px sans-serif;fill:#868e96}.grid{stroke:#868e96;stroke-opacity:.3}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="Cost against size"><style>{style}</style>{"".join(parts)}</svg>\n'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _time(microseconds: float) -> str:
    return f"{microseconds:g} µs" if microseconds < 1000 else f"{microseconds / 1000:g} ms"
