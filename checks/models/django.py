"""Django and its REST framework."""

from __future__ import annotations

from checks.models.conditions import target_is_open
from checks.models.facts import Library
from checks.models.pages import is_page, is_page_appended

_HTTP_METHODS = "get post put patch delete head options trace"
_GENERIC = (
    "django.views.generic{,.base,.edit,.list,.detail,.dates}."
    "{View,TemplateView,ListView,DetailView,FormView,CreateView,UpdateView,DeleteView,"
    "RedirectView,ArchiveIndexView,YearArchiveView,MonthArchiveView,DayArchiveView}"
)
_AUTH = (
    "django.contrib.auth.views.{LoginView,LogoutView,PasswordChangeView,PasswordResetView,"
    "PasswordResetConfirmView}"
)
_REST = (
    "{GenericAPIView,ListAPIView,RetrieveAPIView,CreateAPIView,UpdateAPIView,DestroyAPIView,"
    "ListCreateAPIView,RetrieveUpdateAPIView,RetrieveUpdateDestroyAPIView,RetrieveDestroyAPIView}"
)
_VIEWS = (
    "django.views.View",
    _GENERIC,
    _AUTH,
    "rest_framework.views.APIView",
    f"rest_framework.generics.{_REST}",
    "rest_framework.viewsets.{ViewSet,GenericViewSet,ModelViewSet,ReadOnlyModelViewSet}",
)

django = Library("https://docs.djangoproject.com/en/stable/ref/request-response/")
django.alias(
    "@request",
    "django.http.HttpRequest()",
    "django.http.request.HttpRequest()",
    "django.core.handlers.wsgi.WSGIRequest()",
    "rest_framework.request.Request()",
    "django.views.View().request",
    "rest_framework.views.APIView().request",
    "rest_framework.generics.GenericAPIView().request",
    "ninja.Request()",
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
django.decorator("tag", "django.template.Library().{simple_tag,inclusion_tag,simple_block_tag}")
django.handler("tag", "render", "django.template.{Node,base.Node}")
django.alias("@request", "@context[request]", "@context.request")
django.sink(
    "html",
    "django.http.{HttpResponse,HttpResponseBadRequest,HttpResponseNotFound,"
    "HttpResponseForbidden,HttpResponseServerError,StreamingHttpResponse}",
    "django.http.response.HttpResponse",
    "django.shortcuts.HttpResponse",
    at="0/content",
    when=is_page,
)
django.sink("html", "django.http.HttpResponse().{write,writelines}", when=is_page_appended)
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
