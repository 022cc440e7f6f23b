"""Functions that hand on what they are given; patterns."""

from __future__ import annotations

from checks.models.facts import Library

regex = Library(
    "https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS"
)
regex.sink(
    "regex", "re.{compile,match,search,fullmatch,findall,finditer,sub,split,subn}", at="0/pattern"
)
regex.cleans("regex", "re.escape")

carriers = Library("https://docs.python.org/3/library/functions.html")
carriers.identity(
    "copy.copy",
    "copy.deepcopy",
    "asyncio.wait_for",
    "asyncio.shield",
    "memoryview",
    "functools.wraps()",
    "functools.lru_cache",
    "functools.lru_cache()",
    "functools.cache",
    "asyncio.ensure_future",
    "asyncio.create_task",
    "textwrap.dedent",
    "typing.NewType()",
    "contextlib.closing",
    "io.TextIOWrapper",
    "asyncio.run",
    "asyncio.gather",
    "sys.intern",
    "os.fspath",
    "ensure_text",
)
carriers.callback(
    "result",
    "asyncio.to_thread",
    "asgiref.sync.sync_to_async()",
    "starlette.concurrency.run_in_threadpool",
    "anyio.to_thread.run_sync",
    "fastapi.concurrency.run_in_threadpool",
    "functools.reduce",
    "asyncio.get_event_loop().run_in_executor",
    "asyncio.get_running_loop().run_in_executor",
    "*.run_in_executor",
    "concurrent.futures.{ThreadPoolExecutor,ProcessPoolExecutor}().submit",
)
carriers.callback(
    "nothing",
    "*.{add_callback,spawn_callback,call_soon,call_soon_threadsafe}",
    "atexit.register",
    "fastapi.BackgroundTasks().add_task",
    "threading.Thread",
    "signal.signal",
)
