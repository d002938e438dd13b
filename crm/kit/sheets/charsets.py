"""The encoding of a text file: named, strict, and asked about when it is doubtful."""

ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5", "shift_jis", "windows-1252")
