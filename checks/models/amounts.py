"""What takes as much memory, time or work as a number says."""

from __future__ import annotations

from checks.models.facts import Library

memory = Library("https://cwe.mitre.org/data/definitions/789.html")
memory.sink("amount", "bytes", "bytearray", at="0", label="memory")
memory.sink(
    "amount",
    "os.urandom",
    "secrets.{token_bytes,token_hex,token_urlsafe}",
    "random.randbytes",
    "random.Random().randbytes",
    at="0/nbytes/n",
    label="memory",
)
memory.sink("amount", "random.{choices,sample}", at="k", label="memory")
memory.sink("amount", "*.{ljust,rjust,center,zfill}", at="0", label="memory")
memory.sink("amount", "numpy.{zeros,ones,empty,full}", at="0/shape", label="memory")
memory.sink("amount", "PIL.Image.new", at="1/size", label="memory")
memory.sink("amount", "PIL.Image.open().resize", at="0/size", label="memory")

work = Library("https://cwe.mitre.org/data/definitions/400.html")
work.sink("amount", "range", at="1/stop", label="rounds")
work.sink("amount", "range", at="0", label="rounds")
work.sink("amount", "time.sleep", "eventlet.sleep", at="0/secs/seconds", label="time")
work.sink(
    "amount",
    "concurrent.futures.{ThreadPoolExecutor,ProcessPoolExecutor}",
    "concurrent.futures.thread.ThreadPoolExecutor",
    at="0/max_workers",
    label="workers",
)
work.sink(
    "amount",
    "multiprocessing.{Pool,dummy.Pool,pool.ThreadPool,pool.Pool}",
    at="0/processes",
    label="workers",
)
