#!/usr/bin/env python3
"""Joins the Lua files of the function library, in the order given, into one C array.

usage: embed_functions.py OUT.c FILE.lua…
"""
import sys

out, files = sys.argv[1], sys.argv[2:]
library = b"".join(open(name, "rb").read() for name in files)
rows = [", ".join(str(byte) for byte in library[i : i + 24]) for i in range(0, len(library), 24)]
with open(out, "w", encoding="ascii") as c:
    c.write('#include "store/functions.h"\n\n')
    c.write("const unsigned char store_functions[] = {\n    " + ",\n    ".join(rows) + "};\n")
    c.write(f"const size_t store_functions_len = {len(library)};\n")
