"""What pages may say to do harm to whoever reads of them: for every outlet the same."""

FORMULAS = (
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "'=1+1",
)
ESCAPES = (
    "\x1b]0;your terminal is mine\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x08\x08\x08rm -rf",
)
BIDI = ("\u202egnp.exe", "\u2067left\u2069", "\u061c١٢", "\u200fمرحبا")
OTHERS = (
    "<script>alert(1)</script>",
    '"; DROP TABLE articles; --',
    "a,b;c\td",
    'she said "no"',
    "line one\nline two\r\nline three\x0bfour\u2028five",
    "[bold red]markup[/] :smile:",
    "x" * 10_000,
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 日本語 e\u0301 🏳️‍🌈",
    "",
)
ALL = (*FORMULAS, *ESCAPES, *BIDI, *OTHERS)
_RANGES = ((0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
# What moves a cursor or turns the direction of text; line ends are the program's own.
STEERING = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1)) - {"\n"}
