"""Names that stand for libraries, not for files of a repository.

Two uses: what cannot be a file of the repository is not asked for, and a base class of a library
is known without being read. The lists are data; a name that is missing costs one useless question.
"""

from __future__ import annotations

import sys

from checks.languages.python.names import BUILTINS

_OTHER_PYTHONS = """
__builtin__ __future__ asynchat asyncore audioop binhex builtins cgi cgitb concurrent ConfigParser
Cookie copy_reg cPickle crypt cStringIO distutils HTMLParser httplib imghdr imp md5 mimetools
multifile nntplib pipes popen2 pydoc Queue rfc822 sha smtpd sndhdr SocketServer spwd StringIO sunau
telnetlib tomllib urllib2 urlparse UserDict uu xdrlib xmlrpclib
"""

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names) | frozenset(_OTHER_PYTHONS.split())
"""Top-level modules of Python 3 and 2, those of this interpreter and those that it lacks."""

_INSTALLED = """
_pytest absl aioboto3 aiobotocore aiofiles aiohttp aiomysql aiopg aioredis aioresponses aiosqlite
airflow alembic allauth altair amqp ansible anthropic anyio apistar appdirs apscheduler argcomplete
argon2 arrow asgiref assertpy astroid asyncpg asyncssh asynctest attr attrs auth0 authlib autobahn
automat aws_lambda_powertools azure babel backoff bandit bcrypt behave billiard bleach blinker bokeh
boltons boto boto3 botocore bottle braintree bs4 cachetools cassandra cattr cattrs celery cerberus
certifi cffi channels chardet charset_normalizer cheroot cherrypy cinderclient circus click
cloudpickle colorama configobj confluent_kafka constance cookiecutter coverage crispy_forms croniter
Crypto cryptography cssselect curl_cffi cv2 cvxpy Cython dagster dash dask dateutil ddt decorator
deepdiff defusedxml dill discord django django_filters django_redis djangorestframework dns docker
docopt docutils dotenv dramatiq drf_spectacular drf_yasg ecdsa einops elasticsearch
elasticsearch_dsl email_validator environ environs eventlet exceptiongroup execnet fabric factory
faiss faker falcon fastapi faust feedparser ffmpeg filelock fire firebase_admin fixtures flask
flask_admin flask_appbuilder flask_bcrypt flask_caching flask_cors flask_jwt_extended flask_limiter
flask_login flask_mail flask_marshmallow flask_migrate flask_principal flask_restful flask_restplus
flask_restx flask_security flask_session flask_smorest flask_socketio flask_sqlalchemy flask_testing
flask_wtf flexmock fontTools freezegun fsspec ftfy furl futurist gensim geopandas gevent gi git
github gitlab glanceclient google googleapiclient gradio graphene graphene_django graphql greenlet
grpc gssapi guardian gunicorn guppy h11 h2 h5py hamcrest haystack helm holoviews html5lib httpbin
httplib2 httpretty httpx huggingface_hub humanize hvac hypercorn hyperlink hypothesis idna imageio
import_export importlib_metadata importlib_resources incremental inflection influxdb injector invoke
ipaddr IPython iso8601 itemadapter itsdangerous janus jax jinja2 jmespath joblib jose jsonfield
jsonpatch jsonpath_ng jsonpickle jsonpointer jsonschema jwcrypto jwt kafka kazoo keras keystoneauth1
keystoneclient keystonemiddleware kiwisolver kombu kubernetes langchain langchain_core ldap ldap3
libcloud librosa lightgbm lightning loguru lxml magic mako mamba marisa_trie markdown markdown_it
markupsafe marshmallow marshmallow_sqlalchemy matplotlib mcp mechanize migrate mimesis minio mistune
mitmproxy ml_dtypes mlflow mock mockito model_bakery model_mommy molecule mongoengine mongomock
more_itertools moto motor mox mox3 mptt msgpack msgspec multidict multipart munch mypy mypy_boto3
mypy_extensions mysql MySQLdb nacl nats neo4j netaddr netifaces networkx neutron_lib neutronclient
newrelic nltk nose nose2 novaclient numba numexpr numpy numpydoc oauth2client oauthlib odoo
omegaconf onnx onnxruntime openai openpyxl OpenSSL openstack opentelemetry opentracing orjson
os_brick os_vif os_win oslo_cache oslo_concurrency oslo_config oslo_context oslo_db oslo_i18n
oslo_limit oslo_log oslo_messaging oslo_middleware oslo_policy oslo_privsep oslo_reports
oslo_rootwrap oslo_serialization oslo_service oslo_upgradecheck oslo_utils oslo_versionedobjects
oslo_vmware oslotest osprofiler outcome packaging paho pandas parameterized paramiko parsel parso
passlib paste pathos pathspec patsy peewee pendulum pep8 pexpect phonenumber_field phonenumbers
picamera pika PIL pip pipenv pkg_resources platformdirs playhouse playwright plotly pluggy ply
polars polib pony prettytable prison prometheus_client promise prompt_toolkit psutil psycopg
psycopg2 pulp purl py py4j pyarrow pyasn1 pycodestyle pycountry pycparser pycurl pydantic
pydantic_core pydantic_settings pydot pyflakes pygame pygit2 pygments pyhive pyinotify pykka pylint
pymemcache pymongo pymysql pynamodb pynput pyodbc pypandoc pyparsing pyperclip pyppeteer PyQt5 PyQt6
pyquery pyramid pyro4 pysam PySide2 PySide6 pyspark pytesseract pytest pytest_asyncio pytest_bdd
pytest_django pytest_factoryboy pytest_httpserver pytest_httpx pytest_lazyfixture pytest_mock
pytest_postgresql pytest_twisted pythonjsonlogger pytz pyudev pywintypes qrcode quart ratelimit ray
rdflib recommonmark redis regex reportlab requests requests_cache requests_mock requests_oauthlib
requests_toolbelt responses respx rest_framework rest_framework_simplejwt retrying rich robot rpyc
rq rsa ruamel s3fs saml2 sanic sanic_testing scapy schematics scipy scrapy seaborn selenium sendgrid
sentence_transformers sentry_sdk serial setproctitle setuptools shapely shortuuid simple_history
simplejson singledispatch six skimage sklearn slack_sdk slugify smart_open sniffio social_core
social_django socketio socks solr sortedcontainers soupsieve spacy sphinx splinter sqlalchemy
sqlalchemy_utils sqlmodel sqlparse srsly starlette statsd statsmodels stem stevedore stomp storages
strawberry streamlit stripe structlog subunit suds sure swiftclient sympy tables tabulate taggit
taskflow tastypie telegram tempest tempest_lib tenacity tensorboard tensorflow termcolor
testcontainers testfixtures testinfra testrepository testresources testscenarios testtools textual
thinc thrift time_machine tkinterdnd2 toml tomli tomlkit toolz tooz torch torchaudio torchvision
tornado tortoise tox tqdm traitlets transformers treq trio trio_typing troposphere trustme twilio
twine twisted txaio typeguard typer typing_extensions typing_inspect tzlocal ua_parser ujson
unidecode unittest2 uritemplate urllib3 urwid user_agents uvicorn uvloop vcr virtualenv voluptuous
wagtail waitress warlock watchdog watchfiles weasyprint webargs webob websocket websockets webtest
werkzeug wheel whitenoise whoosh win32api win32com win32con wrapt ws4py wsme wtforms wx xarray
xgboost xlrd xlsxwriter xlwt xmlsec xmltodict yaml yarl zeep zmq zope zstandard
"""

THIRD_PARTY = frozenset(_INSTALLED.split())
"""Top-level packages that projects install rather than write.

A repository that holds a folder of such a name is one of the few that write it, and its own files
are asked for.
"""

LIBRARY_BASES = frozenset(
    {
        "absl.testing.absltest.TestCase",
        "absl.testing.parameterized.TestCase",
        "aiohttp.test_utils.AioHTTPTestCase",
        "anyio.abc.TestRunner",
        "asynctest.TestCase",
        "channels.testing.ChannelsLiveServerTestCase",
        "ddt.DDTBase",
        "fixtures.Fixture",
        "fixtures.TestWithFixtures",
        "flask_testing.LiveServerTestCase",
        "flask_testing.TestCase",
        "hypothesis.stateful.RuleBasedStateMachine",
        "oslotest.base.BaseTestCase",
        "testscenarios.TestWithScenarios",
        "testtools.TestCase",
        "testtools.testcase.TestCase",
        "testtools.testcase.WithAttributes",
        "typing_extensions.Generic",
        "typing_extensions.NamedTuple",
        "typing_extensions.Protocol",
        "typing_extensions.TypedDict",
        "unittest2.TestCase",
    }
)
"""Base classes of test libraries: their set-up, clean-up and helpers are those they document."""


FRAMEWORKS = frozenset(
    {
        "attr", "celery", "click", "django", "django_filters", "fastapi", "flask", "graphene",
        "httpx", "jinja2", "marshmallow", "oslo_versionedobjects", "pydantic", "pydantic_settings",
        "requests", "rest_framework", "sqlalchemy", "starlette", "taskflow", "tornado", "twisted",
        "werkzeug", "wtforms",
    }
)  # fmt: skip
"""Packages all of whose base classes do what they document, and undo nothing of a test's own."""


def is_library(name: str) -> bool:
    """Whether the first part of a dotted name is a module of Python or a well-known package."""
    top = name.partition(".")[0]
    return top in STANDARD_LIBRARY or top in THIRD_PARTY


def is_known_base(name: str) -> bool:
    """Whether a base class of this qualified name is a library's, with documented behaviour.

    Everything of the standard library, the builtins and :data:`FRAMEWORKS` counts, and
    ``typing.Generic[]``, a subscript of it, as well.
    """
    plain = name.replace("[]", "")
    if plain in LIBRARY_BASES or plain in BUILTINS:
        return True
    top, dot, _ = plain.partition(".")
    return dot == "." and "()" not in plain and (top in STANDARD_LIBRARY or top in FRAMEWORKS)
