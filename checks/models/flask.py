"""Flask and what is built like it: Quart, Bottle, CherryPy, Werkzeug."""

from __future__ import annotations

from checks.models.conditions import is_name, target_is_open
from checks.models.facts import Library
from checks.models.pages import is_page, is_page_made

_HTTP_METHODS = "get post put patch delete head options trace"

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
flask.sink("html", "flask.make_response", "quart.make_response", at="0/response", when=is_page_made)
flask.sink(
    "html",
    "flask.Response",
    "werkzeug.wrappers.Response",
    "werkzeug.Response",
    "quart.Response",
    "bottle.HTTPResponse",
    "webob.Response",
    at="0/response body",
    when=is_page,
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
# A template whose engine is not known is one of a project's pages, which escape what goes in.
flask.cleans("html", "*.{render,render_async,render_template,render_to_string}")
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
    "{json,orjson,ujson,simplejson,rapidjson,flask.json}.dumps",
    "oslo_serialization.jsonutils.{dumps,dump_as_bytes}",
    "{tornado.escape.json_encode,msgspec.json.encode}",
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
    "html redirect path request header log mail",
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
    "html",
    "flask.make_response().{set_data,data=,response=}",
    "flask.Response().{set_data,data=,response=}",
    at="0",
)
flask.sink("session", "flask.session[]=", "quart.session[]=", "@request.session[]=", at="0")
flask.cleans("html", "markupsafe.Markup().{format,join}", "flask.Markup().{format,join}")
