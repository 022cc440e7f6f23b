"""The request, and how handlers are found, in the web frameworks for Python."""

from __future__ import annotations

from checks.models.conditions import is_html, is_html_said, is_name, is_text, target_is_open
from checks.models.facts import Library

_HTTP_METHODS = "get post put patch delete head options trace"

request = Library("https://flask.palletsprojects.com/en/stable/api/#incoming-request-data")
request.source(
    "the query string",
    "@request.{args,GET,query_params,query,rel_url,query_string,"
    "query_arguments,query_args,raw_args,params}",
)
request.source(
    "the query string",
    "@request.rel_url.query",
    "@request.args",
    "@request.url.query",
    "@request.url.query_params",
    "@request.META[QUERY_STRING]",
)
request.source("the form", "@request.{form,POST,forms,post_vars,body_arguments,media}")
request.source("the form", "@request.{post,form,get_media}()")
request.source(
    "the request",
    "@request.{values,params,arguments,FILES,files,stream,bounded_stream,"
    "content,raw_post_data,input_stream}",
)
request.source("the request's body", "@request.{data,json,json_body,body,text,raw_body,DATA,dict}")
request.source(
    "the request's body",
    "@request.{get_json,get_data,json,text,body,read,multipart,"
    "get_media,readline,stream,decode_body}()",
)
request.source(
    "a header",
    "@request.{headers,META,environ,user_agent,referrer,mimetype,"
    "accept_languages,authorization,origin,raw_headers}",
)
request.source("a header", "@request.{get_header,header}()")
request.source("a cookie", "@request.{cookies,COOKIES}")
request.source("a cookie", "@request.{get_cookie,get_signed_cookie,get_cookie_values}()")
request.source(
    "the URL",
    "@request.{url,base_url,full_path,path,path_info,uri,url_root,raw_path,"
    "path_qs,relative_uri,fullpath,unparsed_uri}",
    clean="redirect request",
)
request.source(
    "the URL",
    "@request.{get_full_path,build_absolute_uri,get_raw_uri}()",
    clean="redirect request",
)
request.source(
    "a header", "@request.{host,host_url}", "@request.get_host()", clean="redirect request path"
)
request.source(
    "the URL path",
    "@request.{view_args,match_info,path_params,matchdict,urlvars,"
    "match_info,url_rule_args,path_kwargs}",
)
request.source(
    "the query string",
    "@request.{get_param,get_param_as_list,getlist,get_argument,"
    "get_query_argument,get_query,get_args,get_arg}()",
)
request.value(
    "clean",
    "@request.{method,user,session,remote_addr,scheme,is_secure,app,"
    "content_length,endpoint,state,client,blueprint,registry,ctx,is_json,id,"
    "method_name,protocol,version,get_param_as_int}",
)
request.value(
    "clean",
    "@request.{get_param_as_int,get_param_as_bool,get_param_as_float,is_ajax,"
    "is_secure,get_param_as_uuid,get_param_as_datetime,is_disconnected}()",
)
request.alias("@request.args", "@request.args.copy()", "@request.args.to_dict()")
request.alias("@request.GET", "@request.GET.copy()", "@request.GET.dict()")
request.alias("@request.form", "@request.form.copy()", "@request.form.to_dict()")
request.alias("@request.POST", "@request.POST.copy()", "@request.POST.dict()")

upload = Library("https://flask.palletsprojects.com/en/stable/patterns/fileuploads/")
upload.source("the name of the uploaded file", "@upload.{filename,name,raw_filename}")
upload.source("the uploaded file", "@upload.{file,stream,content_type}")
upload.source("the uploaded file", "@upload.{read,readlines,open,chunks}()")

flask = Library("https://flask.palletsprojects.com/en/stable/api/")
flask.alias(
    "@request",
    "flask.request",
    "flask.globals.request",
    "quart.request",
    "flask.wrappers.Request()",
    "werkzeug.wrappers.Request()",
    "werkzeug.Request()",
    "flask.Request()",
    "bottle.request",
    "bottle.LocalRequest()",
    "webob.Request()",
    "cherrypy.request",
    "sanic.Request()",
    "sanic.request.Request()",
    "webapp2.Request()",
    "quart.Request()",
    "werkzeug.local.LocalProxy()",
    "bottle.BaseRequest()",
)
flask.decorator(
    "route",
    "flask.Flask().{route,get,post,put,patch,delete}",
    "flask.Blueprint().{route,get,post,put,patch,delete}",
    "quart.Quart().{route,get,post,put,patch,delete}",
    "quart.Blueprint().{route,get,post,put,patch,delete}",
    "flask.blueprints.Blueprint().{route,get,post}",
    "bottle.{route,get,post,put,delete,patch}",
    "bottle.Bottle().{route,get,post,put,delete,patch}",
    "flask.Flask().errorhandler",
    "cherrypy.expose",
)
flask.handler(
    "route",
    _HTTP_METHODS,
    "flask.views.MethodView",
    "flask_restful.Resource",
    "flask_restx.Resource",
    "flask.views.View",
    "flask_restplus.Resource",
    "flask_openapi3.APIView",
)
flask.handler("route", "dispatch_request", "flask.views.View")
flask.ends(
    "flask.abort",
    "werkzeug.exceptions.abort",
    "bottle.abort",
    "quart.abort",
    "flask_restful.abort",
    "flask_restx.abort",
    "sanic.exceptions.abort",
)
flask.sink("html", "flask.make_response", "quart.make_response", at="0/response", when=is_html)
flask.sink(
    "html",
    "flask.Response",
    "werkzeug.wrappers.Response",
    "werkzeug.Response",
    "quart.Response",
    "bottle.HTTPResponse",
    "webob.Response",
    at="0/response body",
    when=is_html,
)
flask.sink("html", "markupsafe.Markup", "flask.Markup", "jinja2.Markup", "markupsafe.Markup()")
flask.sink(
    "template",
    "flask.render_template_string",
    "quart.render_template_string",
    "flask.templating.render_template_string",
    at="0/source",
)
flask.sink(
    "redirect",
    "flask.redirect",
    "werkzeug.utils.redirect",
    "quart.redirect",
    "bottle.redirect",
    "sanic.response.redirect",
    at="0/location",
    when=target_is_open,
)
flask.sink(
    "path", "flask.send_file", "quart.send_file", at="0/path_or_file/filename_or_fp", when=is_name
)
flask.sink("path", "flask.send_from_directory", "quart.send_from_directory", at="0/directory")
flask.sink("path", "bottle.static_file", at="1/root")
flask.cleans("html redirect", "flask.jsonify", "flask.json.jsonify", "quart.jsonify")
flask.cleans(
    "html",
    "flask.render_template",
    "flask.templating.render_template",
    "quart.render_template",
    "flask.escape",
    "markupsafe.escape",
    "jinja2.escape",
    "html.escape",
    "cgi.escape",
    "xml.sax.saxutils.escape",
    "bleach.clean",
    "nh3.clean",
    "django.utils.html.escape",
    "django.utils.html.strip_tags",
    "django.utils.html.conditional_escape",
    "tornado.escape.xhtml_escape",
    "bottle.html_escape",
    "lxml.html.clean.clean_html",
    "werkzeug.utils.escape",
    "werkzeug.escape",
    "markupsafe.escape_silent",
    "xml.sax.saxutils.quoteattr",
    "mako.filters.html_escape",
    "aiohttp.helpers.html_escape",
    "sanic.response.json",
    "json.dumps",
    "orjson.dumps",
    "ujson.dumps",
    "django.utils.html.escapejs",
    "markdown2.markdown",
)
flask.cleans("redirect request", "flask.url_for", "quart.url_for", "django.urls.reverse")
flask.cleans(
    "path",
    "werkzeug.utils.secure_filename",
    "werkzeug.secure_filename",
    "werkzeug.security.safe_join",
    "flask.safe_join",
    "werkzeug.utils.safe_join",
    "django.utils._os.safe_join",
    "pathvalidate.sanitize_filename",
    "django.utils.text.get_valid_filename",
)
flask.cleans(
    "html redirect path request header log",
    "urllib.parse.quote",
    "urllib.parse.quote_plus",
    "urllib.parse.urlencode",
    "urllib.quote",
    "urllib.quote_plus",
    "urllib.urlencode",
    "django.utils.http.urlquote",
    "django.utils.http.urlencode",
    "werkzeug.urls.url_quote",
    "requests.utils.quote",
    "django.utils.text.slugify",
    "django.template.defaultfilters.slugify",
)
flask.sink(
    "header",
    "flask.Response().headers[]=",
    "flask.make_response().headers[]=",
    "django.http.HttpResponse()[]=",
    "starlette.responses.Response().headers[]=",
)

django = Library("https://docs.djangoproject.com/en/stable/ref/request-response/")
django.alias(
    "@request",
    "django.http.HttpRequest()",
    "django.http.request.HttpRequest()",
    "django.core.handlers.wsgi.WSGIRequest()",
    "rest_framework.request.Request()",
    "django.views.View().request",
    "django.views.generic.View().request",
    "django.views.generic.base.View().request",
    "rest_framework.views.APIView().request",
    "rest_framework.generics.GenericAPIView().request",
    "ninja.Request()",
)
_GENERIC = (
    "{View,TemplateView,ListView,DetailView,FormView,CreateView,UpdateView,DeleteView,RedirectView}"
)
_REST = (
    "{GenericAPIView,ListAPIView,RetrieveAPIView,CreateAPIView,UpdateAPIView,DestroyAPIView,"
    "ListCreateAPIView,RetrieveUpdateAPIView,RetrieveUpdateDestroyAPIView,RetrieveDestroyAPIView}"
)
_VIEWS = (
    "django.views.View",
    f"django.views.generic.{_GENERIC}",
    f"django.views.generic.base.{_GENERIC}",
    "rest_framework.views.APIView",
    f"rest_framework.generics.{_REST}",
    "rest_framework.viewsets.{ViewSet,GenericViewSet,ModelViewSet,ReadOnlyModelViewSet}",
)
django.handler(
    "request",
    f"{_HTTP_METHODS} dispatch list retrieve create update partial_update destroy",
    *_VIEWS,
)
for _view in _VIEWS:
    django.alias("@request", f"{_view}().request")
    django.source("the URL path", f"{_view}().{{kwargs,args}}")
django.decorator(
    "request",
    "rest_framework.decorators.{api_view,action}",
    "django.views.decorators.http.{require_GET,require_POST,require_safe,require_http_methods}",
    "django.views.decorators.csrf.csrf_exempt",
    "django.contrib.auth.decorators.{login_required,permission_required,user_passes_test}",
    "django.views.decorators.cache.{never_cache,cache_page}",
    "pyramid.view.view_config",
    "cornice.Service().get",
)
django.sink(
    "html",
    "django.http.{HttpResponse,HttpResponseBadRequest,HttpResponseNotFound,"
    "HttpResponseForbidden,HttpResponseServerError,StreamingHttpResponse}",
    "django.http.response.HttpResponse",
    "django.shortcuts.HttpResponse",
    at="0/content",
    when=is_html,
)
django.sink(
    "html",
    "django.utils.safestring.{mark_safe,SafeString,SafeText}",
    "django.utils.html.{format_html,mark_safe}",
)
django.sink(
    "redirect",
    "django.shortcuts.redirect",
    "django.http.HttpResponseRedirect",
    "django.http.HttpResponsePermanentRedirect",
    "django.http.response.HttpResponseRedirect",
    at="0/to/redirect_to",
    when=target_is_open,
)
django.sink(
    "template",
    "django.template.{Template,base.Template}",
    "django.template.engines[].from_string",
    at="0/template_string",
)
django.sink("path", "django.http.FileResponse", "django.views.static.serve", at="1/path")
django.guard(
    "redirect", "django.utils.http.{url_has_allowed_host_and_scheme,is_safe_url}", at="0/url"
)
django.cleans(
    "html",
    "django.utils.html.format_html",
    "django.shortcuts.render",
    "django.http.JsonResponse",
    "django.template.loader.render_to_string",
    "rest_framework.response.Response",
)
django.replaces("django.shortcuts.{get_object_or_404,get_list_or_404}")
django.cleans("path", "django.core.files.storage.default_storage.get_available_name")

fastapi = Library("https://fastapi.tiangolo.com/reference/")
fastapi.alias(
    "@request",
    "fastapi.Request()",
    "starlette.requests.Request()",
    "fastapi.requests.Request()",
    "starlette.requests.HTTPConnection()",
    "litestar.Request()",
    "fastapi.WebSocket()",
    "starlette.websockets.WebSocket()",
)
fastapi.source(
    "a message", "@request.{receive_text,receive_json,receive_bytes,iter_text,iter_json}()"
)
fastapi.decorator(
    "params",
    "fastapi.FastAPI().{get,post,put,patch,delete,head,options,api_route,websocket}",
    "fastapi.APIRouter().{get,post,put,patch,delete,head,options,api_route,websocket}",
    "fastapi.routing.APIRouter().{get,post}",
    "litestar.{get,post,put,patch,delete}",
    "ninja.NinjaAPI().{get,post,put,delete}",
    "ninja.Router().{get,post,put,delete}",
)
fastapi.handler("request", _HTTP_METHODS, "starlette.endpoints.HTTPEndpoint")
fastapi.sink(
    "html", "fastapi.responses.HTMLResponse", "starlette.responses.HTMLResponse", at="0/content"
)
fastapi.sink(
    "html",
    "fastapi.Response",
    "fastapi.responses.Response",
    "starlette.responses.Response",
    at="0/content",
    when=is_html_said,
)
fastapi.sink(
    "redirect",
    "fastapi.responses.RedirectResponse",
    "starlette.responses.RedirectResponse",
    at="0/url",
    when=target_is_open,
)
fastapi.sink(
    "path", "fastapi.responses.FileResponse", "starlette.responses.FileResponse", at="0/path"
)
fastapi.cleans(
    "html",
    "fastapi.responses.{JSONResponse,ORJSONResponse,PlainTextResponse}",
    "starlette.responses.{JSONResponse,PlainTextResponse}",
    "fastapi.templating.Jinja2Templates().TemplateResponse",
)

aiohttp = Library("https://docs.aiohttp.org/en/stable/web_reference.html")
aiohttp.alias(
    "@request",
    "aiohttp.web.Request()",
    "aiohttp.web.BaseRequest()",
    "aiohttp.web.View().request",
    "aiohttp.web_request.Request()",
    "sanic.views.HTTPMethodView().request",
)
aiohttp.decorator(
    "request",
    "aiohttp.web.RouteTableDef().{get,post,put,patch,delete,head,route}",
    "sanic.Sanic().{get,post,put,patch,delete,route}",
    "sanic.Blueprint().{get,post,put,patch,delete,route}",
)
aiohttp.handler("request", _HTTP_METHODS, "sanic.views.HTTPMethodView")
aiohttp.handler("", _HTTP_METHODS, "aiohttp.web.View")
aiohttp.sink("html", "aiohttp.web.Response", at="text body", when=is_html_said)
aiohttp.sink("html", "sanic.response.html", "sanic.html")
aiohttp.sink(
    "redirect",
    "aiohttp.web.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently,"
    "HTTPTemporaryRedirect,HTTPPermanentRedirect}",
    at="0/location",
    when=target_is_open,
)
aiohttp.sink("path", "aiohttp.web.FileResponse", "sanic.response.file", at="0/path/location")

tornado = Library("https://www.tornadoweb.org/en/stable/web.html")
_HANDLER = "tornado.web.RequestHandler"
tornado.alias("@request", f"{_HANDLER}().request")
tornado.source(
    "the query string",
    f"{_HANDLER}().{{get_argument,get_query_argument,get_arguments,get_query_arguments}}()",
)
tornado.source("the form", f"{_HANDLER}().{{get_body_argument,get_body_arguments}}()")
tornado.source("a cookie", f"{_HANDLER}().{{get_cookie}}()")
tornado.source("the URL path", f"{_HANDLER}().{{path_args,path_kwargs}}")
tornado.handler("route", _HTTP_METHODS, _HANDLER)
tornado.handler("message", "on_message", "tornado.websocket.WebSocketHandler")
tornado.sink("html", f"{_HANDLER}().{{write,finish}}", when=is_text)
tornado.sink("redirect", f"{_HANDLER}().redirect", at="0/url", when=target_is_open)
tornado.sink("header", f"{_HANDLER}().{{set_header,add_header}}", at="1/value")
tornado.sink("template", "tornado.template.Template", at="0")

falcon = Library("https://falcon.readthedocs.io/en/stable/api/request_and_response.html")
falcon.alias("@request", "falcon.Request()", "falcon.asgi.Request()", "pyramid.request.Request()")
falcon.sink(
    "redirect",
    "falcon.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently,HTTPTemporaryRedirect}",
    "pyramid.httpexceptions.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently}",
    at="0/location",
    when=target_is_open,
)
falcon.sink("html", "pyramid.response.Response", at="0/body/text body text", when=is_html)
falcon.sink("html", "@response.html=", "@response.{text,body}=")

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
    wsgi.source("the URL", f"{_base}.path")
    wsgi.source("a header", f"{_base}.headers")
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
    "grpc.unary_unary_rpc_method_handler",
)

messages.source(
    "a message",
    "socketserver.BaseRequestHandler().request.recv()",
    "socketserver.StreamRequestHandler().rfile",
)

graphql = Library("https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers")
graphql.handler("resolver", "resolve_* mutate", "graphene.ObjectType", "graphene.Mutation")
graphql.decorator("tool", "strawberry.{field,mutation,subscription}")

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
