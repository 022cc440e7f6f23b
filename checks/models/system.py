"""Programs, files, code, and what objects are made from."""

from __future__ import annotations

from checks.models.conditions import (
    allows_pickle,
    host_is_open,
    is_name,
    no_safe_loader,
    no_weights_only,
    program_is_open,
    runs_shell,
    through_shell,
)
from checks.models.facts import Library

process = Library("https://docs.python.org/3/library/subprocess.html#security-considerations")
_RUNNERS = "subprocess.{run,call,check_call,check_output,Popen}"
process.sink("command", _RUNNERS, at="0/args", when=through_shell, label="shell")
process.sink(
    "command",
    _RUNNERS,
    "asyncio.create_subprocess_exec",
    at="0/args",
    when=runs_shell,
    label="shell",
)
process.sink("command", _RUNNERS, at="0/args", when=program_is_open, label="program")
process.sink(
    "command",
    "os.{system,popen,popen2,popen3,popen4}",
    "subprocess.{getoutput,getstatusoutput}",
    "commands.{getoutput,getstatusoutput}",
    "popen2.{popen2,popen3}",
    "asyncio.create_subprocess_shell",
    "asyncio.subprocess.create_subprocess_shell",
    "platform.popen",
    at="0/command/cmd",
    label="shell",
)
process.sink(
    "command",
    "os.{execl,execle,execlp,execlpe,execv,execve,execvp,execvpe,startfile,"
    "posix_spawn,posix_spawnp}",
    at="0/path",
    label="program",
)
process.sink(
    "command",
    "os.{spawnl,spawnle,spawnlp,spawnlpe,spawnv,spawnve,spawnvp,spawnvpe}",
    at="1/file",
    label="program",
)
process.sink("command", "pty.spawn", label="program")
process.cleans(
    "command", "shlex.{quote,join}", "pipes.quote", "subprocess.list2cmdline", "shellescape.quote"
)

remote = Library("https://docs.paramiko.org/en/stable/api/client.html")
remote.sink("command", "*.exec_command", at="0/command", label="remote")
remote.sink(
    "command",
    "fabric.Connection().{run,sudo,local}",
    "fabric.api.{run,sudo,local}",
    "invoke.run",
    "invoke.Context().run",
    "pexpect.{spawn,run}",
    "asyncssh.connect().run",
    label="remote",
)

code = Library("https://docs.python.org/3/library/functions.html#eval")
code.sink(
    "code",
    "eval",
    "exec",
    "compile",
    "execfile",
    "code.InteractiveInterpreter().runcode",
    "timeit.timeit",
    "asteval.Interpreter().eval",
    "code.interact",
    at="0/source/stmt",
)
code.sink(
    "code",
    "pandas.eval",
    "numexpr.evaluate",
    "*.query",
    at="0/expr",
    when=lambda site: "pandas" in site.callee,
)
code.sink(
    "import",
    "importlib.import_module",
    "__import__",
    "importlib.__import__",
    "runpy.run_path",
    "runpy.run_module",
    "imp.load_source",
    "importlib.util.spec_from_file_location",
    at="0/name",
)
code.cleans("code", "ast.literal_eval", "json.loads")

template = Library(
    "https://jinja.palletsprojects.com/en/stable/api/#jinja2.Environment.from_string"
)
template.sink(
    "template",
    "jinja2.{Template,Environment().from_string}",
    "jinja2.sandbox.Environment().from_string",
    "mako.template.Template",
    "*.from_string",
    "chameleon.PageTemplate",
    at="0/source/text",
)
template.cleans("template", "jinja2.sandbox.SandboxedEnvironment().from_string")
template.cleans("html", "jinja2.Environment().get_template().render")

files = Library("https://docs.python.org/3/library/functions.html#open")
files.sink(
    "path",
    "open",
    "io.open",
    "codecs.open",
    "os.open",
    "aiofiles.open",
    "anyio.open_file",
    "tokenize.open",
    "gzip.open",
    "bz2.open",
    "lzma.open",
    "zipfile.ZipFile",
    "tarfile.open",
    "shelve.open",
    "dbm.open",
    at="0/file/filename/path",
    when=is_name,
    label="open",
)
files.sink(
    "path",
    "os.{remove,unlink,rmdir,removedirs,mkdir,makedirs,listdir,scandir,chmod,chown,"
    "readlink,truncate,stat,walk,mkfifo,utime}",
    at="0/path",
    label="file",
)
files.sink(
    "path",
    "os.{rename,replace,renames,link,symlink}",
    "shutil.{copy,copy2,copyfile,copytree,move,copymode}",
    at="0/src 1/dst",
    label="file",
)
files.sink(
    "path",
    "shutil.{rmtree,make_archive,chown,disk_usage,unpack_archive}",
    at="0/path",
    label="file",
)
files.sink(
    "path",
    "pathlib.Path().{open,read_text,read_bytes,write_text,write_bytes,unlink,mkdir,"
    "rmdir,iterdir,glob,touch,chmod,symlink_to,rglob}",
    "*.{read_text,read_bytes,write_text,write_bytes}",
    at="self",
    label="open",
)
files.sink("path", "pathlib.Path().{rename,replace}", at="self 0/target", label="file")
files.sink("path", "*.save", at="0/dst", label="save", when=lambda site: _is_upload(site.callee))
files.sink("path", "@request.files[].save", "@upload.save", at="0/dst", label="save")
files.sink(
    "path",
    "linecache.getline",
    "PIL.Image.open",
    "pandas.read_csv",
    "numpy.loadtxt",
    "configparser.ConfigParser().read",
    "logging.FileHandler",
    when=is_name,
    label="open",
)
files.sink(
    "path",
    "zipfile.ZipFile().{extract,extractall}",
    "tarfile.open().{extract,extractall}",
    at="1/path",
    label="file",
)
files.cleans(
    "path",
    "uuid.uuid5",
    "os.path.basename",
    "ntpath.basename",
    "posixpath.basename",
    "hashlib.{md5,sha1,sha256,sha512}",
    "os.path.getsize",
)
files.cleans("path", "pathlib.Path().{name,stem,suffix}", "pathlib.PurePath().{name,stem,suffix}")
files.value(
    "clean",
    "os.sep",
    "os.curdir",
    "os.linesep",
    "os.pathsep",
    "os.name",
    "sys.executable",
    "sys.platform",
    "sys.prefix",
    "os.getcwd()",
    "os.getpid()",
    "tempfile.gettempdir()",
    "tempfile.mkdtemp()",
    "tempfile.mkstemp()",
    "time.time()",
    "time.strftime()",
    "datetime.datetime.now()",
    "datetime.datetime.utcnow()",
    "uuid.uuid4()",
    "uuid.uuid1()",
    "random.randint()",
    "random.random()",
    "random.randrange()",
    "secrets.token_hex()",
    "secrets.token_urlsafe()",
    "pathlib.Path.cwd()",
    "pathlib.Path.home()",
    "socket.gethostname()",
    "string.ascii_letters",
    "string.digits",
)
files.cleans(
    "*",
    "int",
    "float",
    "bool",
    "len",
    "ord",
    "hash",
    "id",
    "abs",
    "round",
    "sum",
    "range",
    "isinstance",
    "issubclass",
    "callable",
    "hasattr",
    "any",
    "all",
    "divmod",
    "pow",
    "complex",
    "uuid.UUID",
    "decimal.Decimal",
    "os.path.{exists,isfile,isdir,getsize,getmtime,islink}",
    "*.{hexdigest,digest}",
    "hmac.compare_digest",
    "secrets.compare_digest",
    "hashlib.{md5,sha1,sha224,sha256,sha384,sha512,blake2b,blake2s}",
    "hmac.new",
    "zlib.crc32",
    "binascii.crc32",
    "werkzeug.security.{generate_password_hash,check_password_hash}",
    "time.mktime",
    "calendar.timegm",
    "ipaddress.ip_address",
    "bcrypt.hashpw",
    "passlib.hash.bcrypt.hash",
    "math.{floor,ceil,sqrt}",
    "type",
    "print",
    "logging.{debug,info,warning,error}",
    "datetime.datetime.strptime",
    "datetime.date.fromisoformat",
    "datetime.datetime.fromisoformat",
    "*.{debug,info,warning}",
    "bin",
    "hex",
    "oct",
    "chr",
    "zlib.adler32",
)
files.ends(
    "sys.exit", "os._exit", "exit", "quit", "os.abort", "pytest.fail", "pytest.skip", "pytest.exit"
)

network = Library("https://requests.readthedocs.io/en/latest/api/")
_VERBS = "{get,post,put,patch,delete,head,options}"
network.sink(
    "request",
    f"requests.{_VERBS}",
    f"httpx.{_VERBS}",
    f"requests.Session().{_VERBS}",
    f"requests.session().{_VERBS}",
    f"httpx.Client().{_VERBS}",
    "httpx.stream",
    f"httpx.AsyncClient().{_VERBS}",
    f"aiohttp.ClientSession().{_VERBS}",
    "urllib.request.{urlopen,urlretrieve,Request}",
    "urllib.{urlopen,urlretrieve}",
    "urllib3.PoolManager().urlopen",
    "httplib2.Http().request",
    "wget.download",
    f"requests_html.HTMLSession().{_VERBS}",
    "aiohttp.request",
    "websockets.connect",
    "websocket.create_connection",
    at="0/url",
    when=host_is_open,
)
network.sink(
    "request",
    "requests.request",
    "requests.Session().request",
    "httpx.request",
    "httpx.Client().request",
    "httpx.AsyncClient().request",
    "httpx.Client().stream",
    "aiohttp.ClientSession().request",
    "urllib3.PoolManager().request",
    "urllib3.request",
    "requests.Request",
    "httpx.Request",
    at="1/url",
    when=host_is_open,
)
network.sink(
    "request",
    "http.client.{HTTPConnection,HTTPSConnection}",
    "socket.create_connection",
    "smtplib.SMTP",
    "ftplib.FTP",
    "telnetlib.Telnet",
    at="0/host",
)
network.sink("request", "pycurl.Curl().setopt", at="1", when=lambda site: "URL" in _text(site))
network.value(
    "@stored",
    f"requests.{_VERBS}()",
    "requests.request()",
    f"httpx.{_VERBS}()",
    f"requests.Session().{_VERBS}()",
    f"httpx.Client().{_VERBS}()",
    f"httpx.AsyncClient().{_VERBS}()",
    "urllib.request.urlopen()",
)

objects = Library("https://docs.python.org/3/library/pickle.html")
objects.sink(
    "pickle",
    "pickle.{load,loads,Unpickler}",
    "_pickle.{load,loads}",
    "dill.{load,loads}",
    "cloudpickle.{load,loads}",
    "marshal.{load,loads}",
    "joblib.load",
    "pandas.read_pickle",
    "jsonpickle.decode",
    "jsonpickle.unpickler.decode",
    "shelve.open",
    "kombu.serialization.pickle_loads",
    "sklearn.externals.joblib.load",
    "compress_pickle.load",
)
objects.sink("pickle", "numpy.load", when=allows_pickle)
objects.sink("pickle", "torch.load", at="0/f", when=no_weights_only)
objects.sink("yaml", "yaml.load", "yaml.load_all", at="0/stream", when=no_safe_loader)
objects.sink("yaml", "yaml.{unsafe_load,unsafe_load_all,full_load,full_load_all}", at="0/stream")
objects.sink("yaml", "ruamel.yaml.{load,round_trip_load}", at="0/stream", when=no_safe_loader)
objects.sink(
    "yaml", "ruamel.yaml.YAML().load", at="0/stream", when=lambda site: "unsafe" in _kind(site)
)

mail = Library("https://docs.python.org/3/library/email.message.html")
mail.sink(
    "mail",
    "email.message.EmailMessage()[]=",
    "email.mime.text.MIMEText()[]=",
    "email.mime.multipart.MIMEMultipart()[]=",
    "email.message.Message()[]=",
)
mail.sink("mail", "smtplib.SMTP().sendmail", at="2/msg")

log = Library("https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html")
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
)
carriers.callback(
    "nothing",
    "concurrent.futures.ThreadPoolExecutor().submit",
    "concurrent.futures.ProcessPoolExecutor().submit",
    "atexit.register",
    "fastapi.BackgroundTasks().add_task",
    "threading.Thread",
    "signal.signal",
)


def _is_upload(callee: str) -> bool:
    return callee.startswith(("@request", "@upload"))


def _text(site: object) -> str:
    first = getattr(site, "arguments", [])[:1]
    return " ".join(one.path for value in first for one in value.references if hasattr(one, "path"))


def _kind(site: object) -> str:
    return str(getattr(site, "callee", ""))
