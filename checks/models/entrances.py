"""Other ways in: functions of clouds, WSGI, sockets, messages, GraphQL, the command line."""

from __future__ import annotations

from checks.models.facts import Library

serverless = Library("https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html")
serverless.decorator("message", "aws_lambda_powertools.event_handler.APIGatewayRestResolver().get")
serverless.decorator("event", "functions_framework.cloud_event")
serverless.decorator("request", "functions_framework.http", "azure.functions.FunctionApp().route")
serverless.alias("@request", "azure.functions.HttpRequest()")

wsgi = Library("https://peps.python.org/pep-3333/")
wsgi.source("the request", "cgi.FieldStorage()")
wsgi.alias(
    "@request", "http.server.BaseHTTPRequestHandler()", "http.server.SimpleHTTPRequestHandler()"
)
for _base in ("http.server.BaseHTTPRequestHandler()", "http.server.SimpleHTTPRequestHandler()"):
    wsgi.source("the URL", f"{_base}.path", clean="header log mail")
    wsgi.source("a header", f"{_base}.headers", clean="header log mail")
    wsgi.source("the request's body", f"{_base}.rfile")
    wsgi.sink("html", f"{_base}.wfile.write")

messages = Library("https://websockets.readthedocs.io/en/stable/")
messages.source(
    "a message",
    "websockets.connect().recv()",
    "socket.socket().{recv,recvfrom}()",
    "socket.socket().accept()[].recv()",
    "socket.create_connection().recv()",
)
messages.decorator(
    "message",
    "flask_socketio.SocketIO().{on,event}",
    "socketio.Server().{on,event}",
    "socketio.AsyncServer().{on,event}",
)
messages.source(
    "a message",
    "socketserver.BaseRequestHandler().request.recv()",
    "socketserver.StreamRequestHandler().rfile",
)

graphql = Library("https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers")
graphql.handler("resolver", "resolve_* mutate", "graphene.ObjectType", "graphene.Mutation")
graphql.decorator("tool", "strawberry.{field,mutation,subscription}")

calls = Library("https://grpc.github.io/grpc/python/grpc.html#grpc.ServicerContext")
calls.ends("grpc.ServicerContext().{abort,abort_with_status}")
calls.alias("grpc.ServicerContext()", "grpc.aio.ServicerContext()")

local = Library("https://docs.python.org/3/library/sys.html#sys.argv")
local.source(
    "the command line",
    "sys.argv",
    "argparse.ArgumentParser().{parse_args,parse_known_args}()",
    "optparse.OptionParser().parse_args()",
    kind="local",
)
local.source("the environment", "os.environ", "os.environb", kind="local")
local.source("the environment", "os.{getenv,getenvb}()", "os.environ.get()", kind="local")
local.source(
    "standard input",
    "input()",
    "raw_input()",
    "sys.stdin",
    "getpass.getpass()",
    "fileinput.input()",
    kind="local",
)
local.decorator(
    "local",
    "click.{command,group}",
    "click.Group().command",
    "typer.Typer().command",
    "click.core.Group().command",
    "invoke.task",
    "fabric.task",
    "flask.Flask().cli.command",
    "click.group().command",
)
