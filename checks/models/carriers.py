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
    "asyncio.wait_for",
    "asyncio.shield",
    "memoryview",
    "functools.wraps()",
    "functools.lru_cache",
    "functools.lru_cache()",
    "functools.cache",
    "asyncio.ensure_future",
    "asyncio.create_task",
    "asyncio.TaskGroup().create_task",
    "asyncio.run_coroutine_threadsafe",
    "asyncio.{get_event_loop,get_running_loop,new_event_loop}().{create_task,run_until_complete}",
    "asyncio.as_completed",
    "concurrent.futures.as_completed",
    "asgiref.sync.{sync_to_async,async_to_sync}",
    "textwrap.dedent",
    "typing.NewType()",
    "contextlib.closing",
    "io.TextIOWrapper",
    "asyncio.run",
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
    "asyncio.get_event_loop().run_in_executor",
    "asyncio.get_running_loop().run_in_executor",
    "*.run_in_executor",
    "concurrent.futures.{ThreadPoolExecutor,ProcessPoolExecutor}().submit",
    "*.submit",
    "trio.to_thread.run_sync",
    "trio.from_thread.run_sync",
    "anyio.from_thread.run",
    "gevent.{spawn,spawn_later}",
    "eventlet.{spawn,spawn_n,spawn_after}",
    "{gevent.pool.Pool,eventlet.GreenPool}().{spawn,spawn_n}",
    "contextvars.copy_context().run",
)
carriers.callback(
    "nothing",
    "*.{add_callback,spawn_callback,call_soon,call_soon_threadsafe,call_later,call_at}",
    "*.{start_soon,start_task_soon,add_background_task,push_async_callback}",
    "contextlib.{ExitStack,AsyncExitStack}().callback",
    "atexit.register",
    "fastapi.BackgroundTasks().add_task",
    "threading.Thread",
    "signal.signal",
)
