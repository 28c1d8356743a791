#!/usr/bin/env python3
"""Lets TorchSharp's native library load where libstdc++ is older than it wants, as on Debian 12.

The library asks for GLIBCXX_3.4.32 for the sake of one symbol that it never calls. This marks that version as one that may be missing
(VER_FLG_WEAK of the ELF section .gnu.version_r), in the built peer alone:

    dotnet build -c Release bench/peer/TorchSharp
    python3 bench/peer/TorchSharp/weaken_libstdcxx.py

A build that copies the library anew undoes it.
"""
import os
import pathlib
import struct

VERSION, NEEDED_VERSIONS, WEAK = b"GLIBCXX_3.4.32", 0x6FFFFFFE, 2
LIBRARY = pathlib.Path(__file__).parent / "bin/Release/net10.0/runtimes/linux-x64/native/libLibTorchSharp.so"


def weaken(image):
    """Sets the flag in a 64-bit little-endian ELF file; the names of its parts are those of elf(5)."""
    table, = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, table + i * size) for i in range(count)]
    for section in sections:
        if section[1] != NEEDED_VERSIONS:
            continue
        names, entry = sections[section[6]][4], section[4]
        for _ in range(section[7]):
            _, needs, _, first, following = struct.unpack_from("<HHIII", image, entry)
            need = entry + first
            for _ in range(needs):
                _, flags, _, name, step = struct.unpack_from("<IHHII", image, need)
                if image[names + name:].startswith(VERSION + b"\0"):
                    struct.pack_into("<H", image, need + 4, flags | WEAK)
                    yield need
                need += step
            entry += following


def main():
    image = bytearray(LIBRARY.read_bytes())
    if not list(weaken(image)):
        raise SystemExit(f"{LIBRARY} does not ask for {VERSION.decode()}")
    times = LIBRARY.stat()
    LIBRARY.write_bytes(image)
    # A build copies what is older or newer than its source.
    os.utime(LIBRARY, ns=(times.st_atime_ns, times.st_mtime_ns))
    print(f"{LIBRARY} loads without {VERSION.decode()} now")


if __name__ == "__main__":
    main()
