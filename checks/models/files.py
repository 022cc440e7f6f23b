"""Files, and what says nothing of its arguments."""

from __future__ import annotations

from checks.models.conditions import is_name, no_filter
from checks.models.facts import Library


def _is_upload(callee: str) -> bool:
    return callee.startswith(("@request", "@upload"))


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
files.replaces("*.{read_text,read_bytes}")
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
temporary = Library("https://docs.python.org/3/library/tempfile.html")
temporary.sink(
    "path",
    "tempfile.{mkstemp,mkdtemp,NamedTemporaryFile,TemporaryFile,TemporaryDirectory,"
    "SpooledTemporaryFile}",
    at="prefix suffix dir",
    label="file",
)
buckets = Library("https://boto3.amazonaws.com/v1/documentation/api/latest/guide/s3.html")
buckets.sink(
    "path",
    "boto3.client().upload_file",
    "boto3.resource().Bucket().upload_file",
    at="0/Filename",
    label="file",
)
buckets.sink("path", "boto3.client().download_file", at="2/Filename", label="file")
buckets.sink("path", "boto3.resource().Bucket().download_file", at="1/Filename", label="file")
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
files.sink(
    "path",
    "tarfile.open().{extractall,extract}",
    "tarfile.TarFile().{extractall,extract}",
    at="self",
    when=no_filter,
    label="archive",
)
files.alias(
    "pathlib.Path()",
    "pathlib.Path().{parent,absolute(),expanduser(),with_suffix(),with_name(),relative_to()}",
)
