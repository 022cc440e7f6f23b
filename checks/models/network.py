"""Requests that the program makes."""

from __future__ import annotations

from checks.models.conditions import host_is_open
from checks.models.facts import Library


def _text(site: object) -> str:
    first = getattr(site, "arguments", [])[:1]
    return " ".join(one.path for value in first for one in value.references if hasattr(one, "path"))


_VERBS = "{get,post,put,patch,delete,head,options}"

network = Library("https://requests.readthedocs.io/en/latest/api/")
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
others = Library("https://www.tornadoweb.org/en/stable/httpclient.html")
others.sink(
    "request",
    "tornado.httpclient.{AsyncHTTPClient,HTTPClient}().fetch",
    "tornado.httpclient.HTTPRequest",
    f"treq.{_VERBS}",
    "urllib.request.build_opener().open",
    "urllib.request.{OpenerDirector,URLopener,FancyURLopener}().{open,retrieve}",
    f"urllib3.PoolManager().{_VERBS}",
    "aiohttp.ClientSession().ws_connect",
    f"niquests.{_VERBS}",
    at="0/url/request",
    when=host_is_open,
)
network.cleans(  # told of where the request is made, not where it is sent
    "request",
    "tornado.httpclient.HTTPRequest",
    "urllib.request.Request",
    "{requests,httpx}.Request",
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
